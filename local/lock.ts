/**
 * `system.json`: which process holds a data folder, and where its parts answer. A holder is believed only while its
 * process lives and its store answers with the lock's token: pids are reused, and a killed process leaves its file.
 */
import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { readText, writeJson } from './files.ts';

const holderSchema = z.object({
  pid: z.number().int(),
  token: z.string(),
  /** `system`: `npm start`, which others may use; `command`: one command that opened the store for itself. */
  kind: z.enum(['system', 'command']),
  startedAt: z.string(),
  storePort: z.number().int().optional(),
  endpointPort: z.number().int().optional(),
  httpPort: z.number().int().optional(),
  bundle: z.string().optional(),
  bundleFixed: z.boolean().optional(),
});

export type Holder = z.infer<typeof holderSchema>;

export interface Lock {
  token: string;
  /** Writes down where a part answers. */
  note(parts: Partial<Holder>): void;
  release(): void;
}

/** How long a process may take from the lock to an open store before another one stops believing in it. */
const OPENING_MS = 30_000;
const PING_MS = 2_000;

/** Takes the lock of a folder, or answers who holds it. A dead holder's lock is taken over. */
export async function takeLock(folder: string, kind: Holder['kind']): Promise<Lock | { holder: Holder }> {
  const file = join(folder, 'system.json');
  for (;;) {
    const mine: Holder = { pid: process.pid, token: randomUUID(), kind, startedAt: new Date().toISOString() };
    try {
      writeFileSync(file, JSON.stringify(mine), { flag: 'wx', mode: 0o600 });
      return ownLock(file, mine);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const found = await readHolder(file);
    if (found === 'gone') continue;
    if (found !== 'unreadable' && (await isHolding(found))) return { holder: found };
    setAside(file, found === 'unreadable' ? undefined : found.token);
  }
}

/** Who holds the folder now, if anyone. */
export async function currentHolder(folder: string): Promise<Holder | undefined> {
  const found = await readHolder(join(folder, 'system.json'));
  return typeof found === 'object' && (await isHolding(found)) ? found : undefined;
}

function ownLock(file: string, mine: Holder): Lock {
  let state = mine;
  return {
    token: mine.token,
    note(parts) {
      state = { ...state, ...parts };
      writeJson(file, state);
    },
    release() {
      if (parseHolder(readText(file))?.token === mine.token) rmSync(file, { force: true });
    },
  };
}

/** A file that was just made may still be empty: looks again for a second before calling it unreadable. */
async function readHolder(file: string): Promise<Holder | 'gone' | 'unreadable'> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const text = readText(file);
    if (text === undefined) return 'gone';
    const holder = parseHolder(text);
    if (holder) return holder;
    await sleep(100);
  }
  return 'unreadable';
}

function parseHolder(text: string | undefined): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}

async function isHolding(holder: Holder): Promise<boolean> {
  if (!isAlive(holder.pid)) return false;
  if (holder.storePort === undefined) return Date.now() - Date.parse(holder.startedAt) < OPENING_MS;
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await answers(holder.storePort, holder.token)) return true;
    await sleep(200);
    if (!isAlive(holder.pid)) return false;
  }
  return false;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function answers(port: number, token: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: `/lock/${token}`, timeout: PING_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

/** Removes a stale lock, but not one that someone else took in the meantime. */
function setAside(file: string, staleToken: string | undefined): void {
  const aside = `${file}.${randomUUID()}.stale`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const taken = parseHolder(readText(aside));
  if (taken && taken.token !== staleToken) renameSync(aside, file);
  else rmSync(aside, { force: true });
}
