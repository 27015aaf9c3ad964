/** Starts the real `npm start` command on a folder of its own, and the other commands beside it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Started {
  url: string;
  child: ChildProcess;
  keys: { write: string; read: string; admin: string };
  /** What was printed so far. */
  output(): { stdout: string; stderr: string };
  /** Sends a signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Finished & { seconds: number }>;
}

export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'buy-timing-system-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Runs a command to its end, as `npm run NAME -- ARGS` does. */
export async function runCommand(args: string[], env: Record<string, string> = {}): Promise<Finished> {
  const { child, output } = launch(args, env);
  const [code] = await once(child, 'close');
  return { code, ...output() };
}

/** Starts a system and resolves once it says that it is ready. @throws Error with its output when it ends before */
export async function startSystem(
  data: string,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<Started> {
  const { child, output } = launch(['start', '--data', data, '--port', '0', ...args], env);
  const ended = once(child, 'close');
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const found = /^Buy Timing is ready: (\S+)$/m.exec(output().stdout)?.[1];
      if (found) resolve(found);
    });
    ended.then(([code]) => reject(new Error(`npm start ended with ${code}: ${output().stderr}`)));
  });
  return {
    url,
    child,
    keys: JSON.parse(readFileSync(join(data, 'keys.json'), 'utf8')),
    output,
    async stop(signal = 'SIGTERM') {
      const start = performance.now();
      child.kill(signal);
      const [code] = await ended;
      return { code, ...output(), seconds: (performance.now() - start) / 1000 };
    },
  };
}

/** Starts a command without waiting for anything. */
export function launch(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(ROOT, 'cli', 'run.mjs'), ...args], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return { child, output: () => ({ stdout, stderr }) };
}
