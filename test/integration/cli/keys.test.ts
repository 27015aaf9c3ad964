import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const MAIN = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url));

let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'keys-'));
});
afterAll(() => rm(data, { recursive: true, force: true }));

interface Ran {
  code: number | null;
  out: string;
  err: string;
}

function keys(...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const ran = { out: '', err: '' };
    const child = spawn(process.execPath, [MAIN, 'keys', ...args, '--data', data]);
    child.stdout.on('data', (chunk) => {
      ran.out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      ran.err += chunk;
    });
    child.on('close', (code) => resolve({ code, ...ran }));
  });
}

test('a folder without a shop has no keys to list', async () => {
  const { code, err } = await keys('list');
  expect(code).toBe(1);
  expect(err).toMatch(/^there is no shop in .*\n$/);
});

test('a key is shown once when it is made, listed without it, and gone when revoked', async () => {
  const created = await keys('create', '--scope', 'read:ids', '--name', 'dashboard', '--json');
  expect(created.code).toBe(0);
  const made = JSON.parse(created.out);
  expect(made).toEqual({ id: expect.any(String), key: expect.stringMatching(/^bt_read-ids_/), scope: 'read:ids' });
  expect(created.err).not.toContain(made.key);

  const listed = await keys('list', '--json');
  expect(JSON.parse(listed.out).keys).toMatchObject([{ id: made.id, scope: 'read:ids', name: 'dashboard' }]);
  expect(listed.out + listed.err).not.toContain(made.key);

  expect(JSON.parse((await keys('revoke', made.id, '--json')).out)).toEqual({ id: made.id, revoked: true });
  expect(JSON.parse((await keys('list', '--json')).out)).toEqual({ keys: [] });

  const again = await keys('revoke', made.id);
  expect(again.code).toBe(1);
  expect(again.err).toBe(`there is no key ${made.id}; see npm run keys -- list\n`);
});

test.each([
  ['no scope', ['create'], '--scope'],
  ['a scope that does not exist', ['create', '--scope', 'all'], 'Allowed choices are write, read, read:ids, admin'],
  ['a name too long', ['create', '--scope', 'write', '--name', 'x'.repeat(201)], 'at most 200 characters'],
  ['no id to revoke', ['revoke'], "missing required argument 'id'"],
])('%s is wrong usage', async (_, args, message) => {
  const { code, err } = await keys(...args);
  expect(code).toBe(2);
  expect(err).toContain(message);
  expect(err.trim().split('\n')).toHaveLength(1);
});
