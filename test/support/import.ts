/** Runs of `import` as users run it, and what is stored after them. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { createDynamoClient } from '../../adapters/dynamo/client.ts';
import type { Action } from '../../core/actions/action.ts';
import { unpackActions } from '../../core/actions/packing.ts';
import type { Dependencies } from '../../functions/wiring.ts';
import { withStore } from '../../local/store-access.ts';
import { keepingEnvironment } from './environment.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
/** As cli/run.mjs starts it; without that process between, so that a test can kill it and watch its memory. */
const FLAGS = ['--max-old-space-size=200', '--max-semi-space-size=16'];

export interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
  /** What `--json` printed. */
  json: Record<string, unknown>;
  /** Largest resident memory seen, where the system tells it; else 0. */
  peakMB: number;
}

/** @param killAfterMs SIGKILL after so long */
export function runImport(
  args: string[],
  options: { killAfterMs?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<Run> {
  const child = spawn(process.execPath, [...FLAGS, MAIN, 'import', ...args, '--json'], {
    env: { ...process.env, ...options.env },
  });
  const run: Run = { code: null, stdout: '', stderr: '', json: {}, peakMB: 0 };
  const watch = setInterval(() => {
    run.peakMB = Math.max(run.peakMB, residentMB(child.pid));
  }, 200);
  child.stdout.on('data', (chunk) => {
    run.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    run.stderr += chunk;
  });
  const killer = options.killAfterMs && setTimeout(() => child.kill('SIGKILL'), options.killAfterMs);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (killer) clearTimeout(killer);
      clearInterval(watch);
      const last = run.stdout.trim().split('\n').at(-1);
      resolve({ ...run, code, json: last ? JSON.parse(last) : {} });
    });
  });
}

function residentMB(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** A new data folder; all of them have the same secrets, so that what is stored in them can be compared. */
export function newDataFolder(timeZone = 'UTC'): string {
  const folder = mkdtempSync(join(tmpdir(), 'import-data-'));
  const secret = Buffer.alloc(32, 7).toString('base64');
  writeFileSync(join(folder, 'secrets.json'), JSON.stringify({ pepper: secret, encryptionKey: secret }));
  writeFileSync(join(folder, 'shop.json'), JSON.stringify({ timeZone }));
  return folder;
}

interface Dump {
  Actions: { user: string; dayChunk: string; actions: Action[] }[];
  Users: Record<string, unknown>[];
  Settings: Record<string, unknown>[];
}

/** Every item of the tables that an import writes, in order; ids of users decrypted, actions unpacked. */
export function dump(folder: string): Promise<Dump> {
  const read = async (deps: Dependencies) => {
    const client = createDynamoClient();
    const scan = async (TableName: string): Promise<Record<string, unknown>[]> => {
      const items: Record<string, unknown>[] = [];
      let ExclusiveStartKey: Record<string, unknown> | undefined;
      do {
        const page = await client.send(new ScanCommand({ TableName, ExclusiveStartKey }));
        items.push(...(page.Items ?? []));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      return items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    };
    const users = (await scan('Users')).map(({ encryptedId, ...rest }) => ({
      ...rest,
      userId: deps.pseudonyms.decrypt(encryptedId as Uint8Array),
    }));
    const actions = (await scan('Actions')).map(({ p, ...rest }) => ({
      ...rest,
      actions: unpackActions(p as Uint8Array),
    }));
    const tables = { Actions: actions as Dump['Actions'], Users: users, Settings: await scan('Settings') };
    client.destroy();
    return tables;
  };
  return keepingEnvironment(() => withStore(folder, { model: false }, read));
}
