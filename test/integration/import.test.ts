import { appendFileSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import { dump, newDataFolder, runImport } from '../support/import.ts';

const folders: string[] = [];
const fresh = (zone?: string): string => {
  folders.push(newDataFolder(zone));
  return folders.at(-1)!;
};
const files: string[] = [];
const file = (content: string | Buffer): string => {
  files.push(join(tmpdir(), `import-${process.pid}-${files.length}`));
  writeFileSync(files.at(-1)!, content);
  return files.at(-1)!;
};
afterAll(() => {
  for (const path of [...folders, ...files]) rmSync(path, { recursive: true, force: true });
});

const HEADER = 'user_id,timestamp,type,category,quantity,amount\n';

/** Rows of a shop, by a small generator of fixed pseudo-random numbers; about one in seven repeats another. */
function generated(rows: number, from = 0): string {
  let text = '';
  for (let n = from; n < from + rows; n++) {
    const r = Math.imul(Math.floor(n / 7) * 7 === n && n > 0 ? n - 1 : n, 2654435761) >>> 0;
    const day = `2026-0${1 + (r % 9)}-${String(1 + ((r >>> 4) % 28)).padStart(2, '0')}`;
    const type = ['view', 'view', 'view', 'cart', 'buy', 'click'][(r >>> 9) % 6];
    const user = (r >>> 12) % 50 === 0 ? '' : `0${(r >>> 12) % 300}`;
    text += `${user},${day}T${String(r % 24).padStart(2, '0')}:00:00Z,${type},c${(r >>> 20) % 40},${r % 3},\n`;
  }
  return text;
}

/** An independent count: split lines, no code of the product. */
function counted(text: string) {
  const rows = text
    .split('\n')
    .slice(1)
    .filter(Boolean)
    .map((line) => line.split(','));
  const good = rows.filter(([user, , type]) => user !== '' && type !== 'click');
  const days = good.map(([, time]) => time!.slice(0, 10)).sort();
  const perDay = new Map<string, number>();
  for (const [user, time] of good) {
    const key = `${user} ${time!.slice(0, 10)}`;
    perDay.set(key, (perDay.get(key) ?? 0) + 1);
  }
  return {
    read: rows.length,
    good: good.length,
    rejected: rows.length - good.length,
    users: new Set(good.map(([user]) => user)).size,
    firstDay: days[0],
    lastDay: days.at(-1),
    perDay,
  };
}

describe('import', () => {
  test('counts exactly, adds nothing the second time, and only what is new of a file that grew', async () => {
    const data = fresh();
    const text = HEADER + generated(6_000);
    const path = file(text);
    const args = [path, '--types', 'buy=purchase', '--data', data];
    const { good, perDay, ...expected } = counted(text);

    const first = await runImport(args);
    expect(first.json).toEqual({ ...expected, accepted: good, duplicates: 0, seconds: expect.any(Number) });
    const stored = await dump(data);
    const storedPerDay = new Map<string, number>();
    const names = new Map(stored.Users.map(({ user, userId }) => [user, userId]));
    for (const { user, dayChunk, actions } of stored.Actions) {
      const key = `${names.get(user)} ${String(dayChunk).slice(0, 10)}`;
      storedPerDay.set(key, (storedPerDay.get(key) ?? 0) + actions.length);
    }
    expect(storedPerDay).toEqual(perDay);

    const second = await runImport(args);
    expect(second.json).toMatchObject({ accepted: 0, duplicates: good });
    expect(await dump(data)).toEqual(stored);

    appendFileSync(path, generated(1_500, 6_000));
    const all = counted(readFileSync(path, 'utf8'));
    const third = await runImport(args);
    expect(third.json).toMatchObject({ read: 7_500, accepted: all.good - good, duplicates: good });
    const ids = (await dump(data)).Actions.flatMap(({ user, actions }) => actions.map(({ id }) => `${user} ${id}`));
    expect(ids.length).toBe(all.good);
    expect(new Set(ids).size).toBe(all.good);
  }, 120_000);

  test('that is killed half-way and run again ends in the state of one that was not', async () => {
    const [whole, killed] = [fresh(), fresh()];
    const path = file(HEADER + generated(20_000));
    const args = (data: string) => [path, '--types', 'buy=purchase', '--data', data];
    const uninterrupted = await runImport(args(whole));
    expect(uninterrupted.code).toBe(0);

    // Killed sooner than it can end on any machine, then later, until it had begun to store.
    let storedBefore = 0;
    for (let killAfterMs = 800; storedBefore === 0; killAfterMs += 400) {
      expect((await runImport(args(killed), { killAfterMs })).code).toBeNull();
      storedBefore = (await dump(killed)).Actions.reduce((sum, { actions }) => sum + actions.length, 0);
    }
    expect(storedBefore).toBeLessThan(Number(uninterrupted.json.accepted));
    const again = await runImport(args(killed));
    expect(again.json).toMatchObject({ read: 20_000, rejected: uninterrupted.json.rejected });
    expect(again.json.duplicates).toBe(storedBefore);
    expect(again.json.accepted).toBe(Number(uninterrupted.json.accepted) - storedBefore);
    expect(await dump(killed)).toEqual(await dump(whole));
  }, 240_000);

  test('tells line and reason of each row left out, and nothing else of it', async () => {
    const rejects = `${file('')}-rejects`;
    files.push(rejects);
    const secret = 'secret@example.com';
    const path = file(
      `\ufeff"user_id",timestamp,type,category,note\r\n` +
        `u1,2026-01-01,view,"a, ""b""","two\r\nlines"\r\n` +
        `${secret},soon,view,a,\r\n` +
        `${secret},2026-01-01,click,a,\r\n` +
        `${'😀'.repeat(1_000)},2026-01-01,view,a,\r\n` +
        `${secret},1969-01-01,view,a,\r\n` +
        `${secret},2999-01-01,view,a,\r\n` +
        `\r\n` +
        `${secret},2026-01-01\r\n` +
        `u1,2026-01-02,purchase,,\r\n`,
    );
    const data = fresh();
    const run = await runImport([path, '--rejects', rejects, '--data', data]);
    expect(run.json).toMatchObject({ read: 8, accepted: 2, rejected: 6, users: 1 });
    expect(readFileSync(rejects, 'utf8').trim().split('\n')).toEqual([
      'line,reason',
      '4,"column ""timestamp"" is not a time in ISO 8601, epoch seconds or milliseconds"',
      '5,"column ""type"" is not an action type; rename it with --types"',
      '6,"column ""user_id"" is too long"',
      '7,"column ""timestamp"" is before 1970"',
      '8,"column ""timestamp"" is in the future"',
      '10,"the row has more or fewer columns than the header"',
    ]);
    expect(run.stdout + run.stderr).not.toContain(secret);
    const words = (await dump(data)).Actions.flatMap(({ actions }) => actions.map(({ word }) => word));
    expect(words).toEqual(['view:a,-"b"', 'purchase']);
  }, 60_000);

  test('reads times without an offset in the shop’s zone, also where its clocks change', async () => {
    const data = fresh('Europe/Berlin');
    const path = file(
      'user_id,timestamp,type\nu,2026-03-29T02:30:00,view\nu,2026-10-25T02:30:00,view\nu,2026-03-30,view\n',
    );
    expect((await runImport([path, '--data', data])).json).toMatchObject({
      accepted: 3,
      firstDay: '2026-03-29',
      lastDay: '2026-10-25',
    });
    const at = (await dump(data)).Actions.flatMap(({ actions }) => actions.map(({ at }) => at)).sort();
    expect(at.map((ms) => new Date(ms).toISOString())).toEqual([
      '2026-03-29T01:30:00.000Z',
      '2026-03-29T22:00:00.000Z',
      '2026-10-25T00:30:00.000Z',
    ]);
    const other = await runImport([path, '--data', data, '--time-zone', 'UTC']);
    expect(other.code).toBe(1);
    expect(other.json.error).toContain('Europe/Berlin');
  }, 60_000);

  test('of a gzip that ends in the middle fails, and what was stored stays', async () => {
    const data = fresh();
    const text = HEADER + generated(3_000);
    await runImport([file(HEADER + generated(500)), '--data', data]);
    const before = await dump(data);
    const packed = gzipSync(text);
    const cut = await runImport([file(packed.subarray(0, packed.length / 2)), '--data', data]);
    expect(cut.code).toBe(1);
    expect(cut.stderr).toContain('ends in the middle');
    expect(cut.stderr).not.toContain('    at ');
    const after = await dump(data);
    expect(after.Actions).toEqual(before.Actions);
    const whole = await runImport([file(packed), '--data', data]);
    expect(Number(whole.json.accepted) + Number(whole.json.duplicates) + Number(whole.json.rejected)).toBe(3_000);
  }, 60_000);

  test('with ids of the shop’s own adds each once, whatever else changed', async () => {
    const data = fresh();
    const head = 'user_id,timestamp,type,id\n';
    const first = await runImport([
      file(`${head}u,2026-01-01,view,a\nu,2026-01-02,view,b\nu,2026-01-03,view,a\n`),
      '--data',
      data,
    ]);
    expect(first.json).toMatchObject({ read: 3, accepted: 2, duplicates: 1 });
    const second = await runImport([file(`${head}u,2026-02-01,cart,a\nu,2026-02-01,cart,c\n`), '--data', data]);
    expect(second.json).toMatchObject({ read: 2, accepted: 1, duplicates: 1 });
  }, 60_000);

  test('never writes its rejects over the file itself', async () => {
    const path = file(`${HEADER}u,2026-01-01,view,a,1,\n`);
    const before = readFileSync(path, 'utf8');
    const link = `${path}-link`;
    symlinkSync(path, link);
    files.push(link);
    for (const rejects of [path, link]) {
      expect((await runImport([path, '--rejects', rejects, '--data', '/nowhere'])).code).toBe(2);
    }
    expect(readFileSync(path, 'utf8')).toBe(before);
  }, 30_000);

  test.each([
    [
      'a mapping to a column that is not there',
      ['--map', 'user=uid,time=timestamp,type=type'],
      2,
      /no column "uid".*user_id, timestamp/,
    ],
    ['a mapping that lacks the time', ['--map', 'user=user_id,type=type'], 2, /lacks time/],
    ['a type that is none', ['--types', 'buy=bought'], 2, /"bought" is not an action type/],
    ['a zone that does not exist', ['--time-zone', 'Europe/Atlantis'], 2, /Europe\/Atlantis.*does not exist/],
    ['an encoding that does not exist', ['--encoding', 'klingon'], 2, /no encoding "klingon"/],
    ['rejects into a folder that is not there', ['--rejects', '/nowhere/at/all.csv'], 1, /cannot be written/],
    ['a server without a key', ['--url', 'http://127.0.0.1:9'], 2, /BUY_TIMING_WRITE_KEY/],
  ])(
    '%s is refused in one line, before anything is stored',
    async (_, args, code, said) => {
      const path = file(`${HEADER}u,2026-01-01,view,a,1,\n`);
      const data = join(tmpdir(), `import-none-${process.pid}`);
      folders.push(data);
      const run = await runImport([path, '--data', data, ...args], { env: { BUY_TIMING_WRITE_KEY: '' } });
      expect(run.code).toBe(code);
      expect(run.json.error).toMatch(said);
      expect(run.stderr.trim().split('\n')).toHaveLength(1);
    },
    30_000,
  );
});
