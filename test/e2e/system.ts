/** The real local system as a process of its own, for tests that look at it through a browser. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const READY = /^Buy Timing is ready: (\S+)$/;
const STOP_MS = 15_000;

export const KEYS = { write: 'write-key-of-the-test', read: 'read-key-of-the-test', admin: 'admin-key-of-the-test' };

export interface System {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** JSON of a GET, with the admin's key, so that raw ids come along. */
  get<T>(path: string): Promise<T>;
  /** The same with a method and a JSON body. */
  send<T>(method: string, path: string, body: unknown): Promise<T>;
  /** Runs a command of the project on the system's data folder. */
  command(...words: string[]): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a system in a new data folder on a free port; resolves once it is ready.
 * @param options `users` of the demo shop, or none of it with `empty`
 */
export async function startSystem(options: { empty: true } | { users: number }): Promise<System> {
  const data = await mkdtemp(join(tmpdir(), 'buy-timing-e2e-'));
  const shop = 'users' in options ? ['--users', String(options.users)] : ['--empty'];
  const child = spawn(
    process.execPath,
    [MAIN, 'start', '--data', data, '--port', '0', '--time-zone', 'Europe/Berlin', ...shop],
    {
      // The channel ends with this process, and the system with it.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        BUY_TIMING_WRITE_KEY: KEYS.write,
        BUY_TIMING_READ_KEY: KEYS.read,
        BUY_TIMING_ADMIN_KEY: KEYS.admin,
      },
    },
  );
  const url = await untilReady(child);
  return {
    url,
    get: (path) => ask(url, 'GET', path),
    send: (method, path, body) => ask(url, method, path, body),
    async command(...words) {
      await promisify(execFile)(process.execPath, [MAIN, ...words, '--data', data], {
        env: { ...process.env, NODE_OPTIONS: '' },
      });
    },
    async stop() {
      await stopped(child);
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function ask<T>(url: string, method: string, path: string, body?: unknown): Promise<T> {
  const reply = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${KEYS.admin}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!reply.ok) throw new Error(`${method} ${path} answered ${reply.status}: ${await reply.text()}`);
  return (await reply.json()) as T;
}

function untilReady(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr!.on('data', (text) => {
      said = `${said}${text}`.slice(-4_000);
    });
    createInterface(child.stdout!).on('line', (line) => {
      const url = READY.exec(line)?.[1];
      if (url) resolve(url);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the system ended with ${code} before it was ready:\n${said}`)));
  });
}

function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    child.once('exit', () => {
      clearTimeout(late);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
