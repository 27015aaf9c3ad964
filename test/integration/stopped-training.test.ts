/** Training and backtests that are stopped: by Ctrl-C, and by a disk that takes no more. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { ensurePython } from '../../cli/python.ts';
import { ROOT } from '../support/system.ts';

const folder = mkdtempSync(join(tmpdir(), 'stopped-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DAY = 86_400_000;
const log = join(folder, 'log.csv');
const lines = Array.from({ length: 40 * 90 }, (_, i) => {
  const [user, day] = [i % 40, Math.floor(i / 40)];
  const at = new Date(Date.UTC(2026, 0, 1) + day * DAY).toISOString().slice(0, 10);
  return (day + user) % 3 === 0 ? `u${user},${at},${(day + user) % 9 === 0 ? 'purchase' : 'view'},c${user % 4}` : '';
});
writeFileSync(log, `user_id,timestamp,type,category\n${lines.filter(Boolean).join('\n')}\n`);

interface Stopped {
  code: number | null;
  lastWords: string;
  /** Processes of its group that are left. */
  left: boolean;
}

/** Runs a program in a process group of its own. @param until once stderr has this, it gets a SIGINT */
async function stopped(program: string, args: string[], until?: RegExp): Promise<Stopped> {
  const child = spawn(program, args, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    const before = until?.test(stderr);
    stderr += chunk;
    if (!before && until?.test(stderr)) child.kill('SIGINT');
  });
  const [code] = await once(child, 'close');
  let left = true;
  try {
    process.kill(-child.pid!, 0);
  } catch {
    left = false;
  }
  return { code, lastWords: stderr.trim().split('\n').at(-1)!, left };
}

const command = (args: string[], until?: RegExp) => stopped('node', [join(ROOT, 'cli/run.mjs'), ...args], until);
/** Where no file may grow beyond so many blocks of 1,024 bytes: writes fail as on a full disk, by another code. */
const cramped = (blocks: number, program: string, args: string[]) =>
  stopped('bash', ['-c', `trap '' XFSZ; ulimit -f ${blocks}; exec "$@"`, 'bash', program, ...args]);
const started = (name: string) => readdirSync(folder).filter((one) => one.startsWith(name) || one.startsWith('.'));
const training = ['--actions', log, '--time-zone', 'UTC', '--epochs', '200'];

test('Ctrl-C ends a training with its Python, and leaves what it takes to go on beside the place of the bundle', async () => {
  const { code, lastWords, left } = await command(
    ['train', ...training, '--verbose', '--json', '--out', join(folder, 'own')],
    /pass 2/,
  );
  expect({ code, lastWords, left }).toEqual({ code: 130, lastWords: 'interrupted; go on with --resume', left: false });
  expect(started('own')).toEqual(['own.training']);
  expect(readdirSync(join(folder, 'own.training'))).toEqual(['training.pt']);
}, 120_000);

test('Ctrl-C ends a backtest with the training in it, and nothing is left of it', async () => {
  const { code, lastWords, left } = await command(
    ['backtest', ...training, '--out', join(folder, 'judged')],
    /training, seed 1 of 3: .*pass \d/,
  );
  expect({ code, lastWords, left }).toEqual({ code: 130, lastWords: 'interrupted; nothing was written', left: false });
  expect(started('judged')).toEqual([]);
}, 240_000);

test('a disk that fills up while the log becomes training data is said, and nothing is left', async () => {
  const out = join(folder, 'full');
  const { code, lastWords } = await cramped(8, 'node', [join(ROOT, 'cli/main.ts'), 'train', ...training, '--out', out]);
  expect({ code, lastWords }).toEqual({ code: 1, lastWords: 'the disk is full; free some space and try again' });
  expect(started('full')).toEqual([]);
}, 120_000);

test('a disk that fills up while a bundle is written is said, and the bundle of before stays', async () => {
  const data = join(folder, 'data');
  await command(['export', '--actions', log, '--time-zone', 'UTC', '--out', data]);
  const bundle = join(folder, 'kept');
  writeFileSync(bundle, 'what was there');
  const args = ['-W', 'ignore', join(ROOT, 'model/train.py'), data, '--epochs', '1', '--members', '1', '--out', bundle];
  const { code, lastWords } = await cramped(500, await ensurePython(() => {}), args);
  expect(lastWords).toMatch(/^training stopped: the disk is full.*; free some space and try again$/);
  expect(code).toBe(1);
  expect(readFileSync(bundle, 'utf8')).toBe('what was there');
  expect(started('kept')).toEqual(['kept']);
}, 240_000);

test('a disk that fills up while a backtest writes is said, and nothing is left', async () => {
  const args = ['backtest', '--actions', log, '--time-zone', 'UTC', '--bundle', join(ROOT, 'model/bundles/tiny')];
  const all = [join(ROOT, 'cli/main.ts'), ...args, '--baselines', 'recency', '--out', join(folder, 'page')];
  const { code, lastWords } = await cramped(60, 'node', all);
  expect(lastWords).toMatch(/the disk is full/);
  expect(code).toBe(1);
  expect(started('page')).toEqual([]);
}, 120_000);
