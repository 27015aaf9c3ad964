import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createFilePlace } from '../../../functions/erase/files.ts';
import { warehouseFolder } from '../../../functions/runs/warehouse-files.ts';
import { openDuckdb } from '../../support/duckdb.ts';
import { openShop, type TestShop } from '../../support/shop.ts';

const DAY = '2026-03-10';
const QUERY = /```sql\n([^`]+)```/.exec(readFileSync(new URL('../../../docs/export.md', import.meta.url), 'utf8'))![1]!;

let shop: TestShop;
let sql: (query: string) => Promise<Record<string, unknown>[]>;
let close: () => void;

beforeAll(async () => {
  shop = await openShop('Europe/Berlin');
  for (let user = 0; user < 12; user++)
    await shop.act(
      `user ${user}`,
      [`2026-02-0${1 + (user % 8)}T10:00:00Z`, 'purchase:shoes'],
      ['2026-03-09T08:00:00.250Z', user % 2 ? 'view:hats' : 'cart:"quoted" ü'],
    );
  await shop.nightly(DAY);
  const connection = await openDuckdb();
  sql = async (query) => (await connection.runAndReadAll(query)).getRowObjectsJson();
  close = () => connection.closeSync();
}, 240_000);
afterAll(async () => {
  close?.();
  await shop.stop();
});

const files = () => `${shop.objectFolder}/warehouse/day=*/*.parquet`;
const all = () =>
  sql(`SELECT * FROM read_parquet('${files()}', hive_partitioning = true, hive_types = {'day': DATE}) ORDER BY user`);

describe('the nightly export', () => {
  test('is what the score files say, column by column, in types of its own', async () => {
    const expected = [...(await shop.scores(DAY)).values()].sort((a, b) => (a.user < b.user ? -1 : 1));
    const rows = (await all()).map(({ audiences, next_actions, next_categories, as_of, ...row }) => ({
      ...row,
      as_of: new Date(`${as_of}Z`).toISOString(),
      audiences: JSON.parse(String(audiences)),
      next_actions: JSON.parse(String(next_actions)),
      next_categories: JSON.parse(String(next_categories)),
    }));
    expect(rows).toEqual(expected);
    const types = await sql(`DESCRIBE SELECT expected, as_of, p_7d, best_hour FROM read_parquet('${files()}')`);
    expect(types.map(({ column_type }) => column_type)).toEqual(['DATE', 'TIMESTAMP', 'DOUBLE', 'INTEGER']);
  });

  test('answers the query of the document', async () => {
    const rows = [...(await shop.scores(DAY)).values()];
    const asked = await sql(QUERY.replace('.buy-timing/objects', shop.objectFolder));
    expect(asked.reduce((sum, { users }) => sum + Number(users), 0)).toBe(rows.length);
    for (const { day, band, users, expected_buyers } of asked) {
      const own = rows.filter((row) => row.band === band);
      expect([day, Number(users)]).toEqual([DAY, own.length]);
      expect(Number(expected_buyers)).toBeCloseTo(
        own.reduce((sum, { p_7d }) => sum + p_7d, 0),
        9,
      );
    }
  });

  test('loses an erased user, and nobody else', async () => {
    const before = await all();
    const user = String(before[0]!.user);
    await createFilePlace(shop.deps).remove(new Set([user]));
    expect(await all()).toEqual(before.slice(1));
    for (const name of await shop.deps.objects.list(warehouseFolder(DAY)))
      expect(Buffer.from((await shop.deps.objects.get(name))!).includes(user)).toBe(false);
  });
});
