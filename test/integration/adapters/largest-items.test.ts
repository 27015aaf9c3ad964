/** The largest item of each kind that the API and the nightly run let come about, against the 400 KB that DynamoDB takes. */
import { PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createErasureStore } from '../../../adapters/dynamo/erasures.ts';
import { createRunStore } from '../../../adapters/dynamo/runs.ts';
import { createSettingStore } from '../../../adapters/dynamo/settings.ts';
import { createSourceStore } from '../../../adapters/dynamo/sources.ts';
import { MAX_REJECTS } from '../../../adapters/source-ledger.ts';
import { LONGEST_CATEGORY } from '../../../core/actions/category.ts';
import { MOST_AUDIENCES } from '../../../core/audiences/audience.ts';
import { MOST_BYTES, type Rule } from '../../../core/audiences/rule.ts';
import type { TableName } from '../../../core/tables.ts';
import { faultsOf } from '../../../functions/audiences/rule-schema.ts';
import { MAX_NAMES_BYTES, readEventTypes, readTraffic } from '../../../functions/sources/settings.ts';
import { SIZE } from '../../../lib/cost/mix.ts';
import { itemSize, MOST_ITEM_BYTES } from '../../support/item-size.ts';
import { startStore, type TestStore } from '../../support/store.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

/** Of the largest item of a table. */
async function largest(TableName: TableName): Promise<number> {
  const sizes: number[] = [];
  for (let from: Record<string, unknown> | undefined, more = true; more; more = from !== undefined) {
    const page = await store.client.send(new ScanCommand({ TableName, ExclusiveStartKey: from }));
    sizes.push(...(page.Items ?? []).map(itemSize));
    from = page.LastEvaluatedKey;
  }
  return Math.max(...sizes);
}

describe('the store', () => {
  const put = (bytes: number) => {
    const item = { kind: 'k', name: 'n', value: '' };
    const Item = { ...item, value: 'x'.repeat(bytes - itemSize(item)) };
    return store.client.send(new PutCommand({ TableName: 'Settings', Item }));
  };

  test('takes an item of 400 KB', async () => {
    await put(MOST_ITEM_BYTES);
  });

  test('refuses one that is a byte larger', async () => {
    await expect(put(MOST_ITEM_BYTES + 1)).rejects.toThrow('Item size');
  });
});

/** As many euro signs, of three bytes each, as a text may have characters. */
const wide = (characters: number) => '€'.repeat(characters);

describe('the largest that can come about', () => {
  test('as the plan of a run, with all audiences of the largest rules, fits', async () => {
    const condition: Rule = { category: { name: wide(LONGEST_CATEGORY) } };
    const rule = { any: [condition] };
    while (faultsOf({ any: [...rule.any, condition] }, '').length === 0) rule.any.push(condition);
    expect(Buffer.byteLength(JSON.stringify(rule))).toBeGreaterThan(MOST_BYTES - 500);
    const audiences = Array.from({ length: MOST_AUDIENCES }, (_, n) => ({
      name: String(n).padStart(64, 'a'),
      // As if the last condition had been made to fit.
      rule: { ...rule, any: [...rule.any, 'x'.repeat(MOST_BYTES - Buffer.byteLength(JSON.stringify(rule)) - 3)] },
      holdout: 0.123456789,
      createdAt: '2026-07-01T12:00:00.000Z',
    }));
    const state = {
      audiences,
      categories: Array.from({ length: 300 }, () => ({ category: wide(LONGEST_CATEGORY), share: 1 / 3_000 })),
      shards: Array.from({ length: 256 }, (_, n) => n),
      ...{ shop: new Array(60).fill(Math.PI), hours: new Array(168).fill(12_345), again: new Array(36).fill(Math.PI) },
    };
    await createRunStore(store.client, '').put({ day: '2026-07-01', shard: 'plan', state });
    const size = await largest('Runs');
    expect(size).toBeGreaterThan(300_000);
    expect(size).toBeLessThan(SIZE.plan);
  });

  test("as the shop's own event names, of 1,000 names in an alphabet of one byte, fits", async () => {
    const names = Array.from({ length: 1_000 }, (_, n) => [`${n} `.padEnd(200, 'x'), 'wishlist']);
    await createSettingStore(store.client, '').put('ingest', 'event-types', readEventTypes(Object.fromEntries(names)));
    expect(await largest('Settings')).toBeGreaterThan(200_000);
  });

  test('as event names that would not fit is refused with how much there may be', () => {
    const names = Array.from({ length: 1_000 }, (_, n) => [`${n} ${wide(190)}`, 'wishlist']);
    expect(() => readEventTypes(Object.fromEntries(names))).toThrow(`at most ${MAX_NAMES_BYTES} bytes`);
  });

  test('as addresses of the shop itself fits, together with its event names', () => {
    const internal = Array.from({ length: 1_000 }, (_, n) => `2001:0db8:85a3:0000:0000:8a2e:0370:${1_000 + n}/128`);
    expect(itemSize({ value: JSON.stringify(readTraffic({ internal })) })).toBeLessThan(SIZE.rules - MAX_NAMES_BYTES);
  });

  test('as a part of the users of a request of privacy fits', async () => {
    const users = Array.from({ length: 10_001 }, (_, n) => n.toString(16).padStart(64, '0'));
    await createErasureStore(store.client, '').putUsers('r1', users);
    const size = await largest('Erasures');
    expect(size).toBeGreaterThan(10_000 * 32);
    expect(size).toBeLessThan(MOST_ITEM_BYTES);
  });

  test('as rejects of one write fits', async () => {
    const reject = {
      at: '2026-07-01T12:00:00.000Z',
      source: 'x'.repeat(64),
      route: 'POST /v1/batch',
      requestId: 'x'.repeat(36),
      code: 'x'.repeat(30),
      message: 'x'.repeat(300),
      index: 2_499,
      body: { event: 'x'.repeat(1_986) },
    };
    const sources = createSourceStore(store.client, '', () => 0);
    await sources.putRejects('p', 1, new Array(MAX_REJECTS).fill(reject));
    expect(await largest('Sources')).toBeLessThan(SIZE.rejects);
  });
});
