import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const MAIN = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'buy-timing-erase-'));
const data = join(folder, 'shop');
const taken = join(folder, 'taken');
const actions = join(folder, 'actions.csv');

function run(...args: string[]) {
  const ran = spawnSync(process.execPath, [MAIN, ...args, '--data', data, '--json'], { encoding: 'utf8' });
  return { code: ran.status, result: JSON.parse(ran.stdout.trim().split('\n').at(-1)!) };
}
const importAgain = () => run('import', actions, '--map', 'user=user,time=time,type=type,category=category');

beforeAll(() => {
  mkdirSync(taken);
  writeFileSync(
    actions,
    'user,time,type,category\nshopper-one,2026-11-01T10:00:00Z,view,shoes\nother,2026-11-02T10:00:00Z,view,shoes\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a user is erased and looked for, and an import does not bring the user back', () => {
  expect(importAgain().result).toMatchObject({ accepted: 2, rejected: 0 });
  const erased = run('erase', '--user', 'shopper-one', '--verify');
  expect(erased).toMatchObject({ code: 0, result: { status: 'FINISHED', verified: { found: [] } } });
  expect(erased.result.certificate.passes[0].removed).toMatchObject({ 'table Actions': 1, 'table Users': 1 });
  expect(importAgain().result).toMatchObject({ read: 2, accepted: 0, duplicates: 1, rejected: 1 });
});

test('after a restore it is erased again', () => {
  expect(run('erase', '--restored-to', '2026-01-01T00:00:00Z')).toMatchObject({ code: 0, result: { again: 0 } });
  expect(spawnSync(process.execPath, [MAIN, 'erase', '--restored-to', 'monday', '--data', data]).status).toBe(2);
  expect(spawnSync(process.execPath, [MAIN, 'erase', '--data', data]).status).toBe(2);
});

test('what was taken out of the store is found, and named', () => {
  writeFileSync(join(taken, 'scores.csv'), 'user_id,day\nshopper-one,2026-11-02\n');
  const erased = run('erase', '--user', 'shopper-one', '--verify', '--files', taken);
  expect(erased).toMatchObject({
    code: 1,
    result: { verified: { found: [{ place: join(taken, 'scores.csv'), what: ['id'] }] } },
  });
});
