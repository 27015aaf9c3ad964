import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { HORIZONS } from '../../../core/model/contract.ts';
import type { ScoreRow } from '../../../core/score-rows.ts';
import { addDays, type Day } from '../../../core/time.ts';
import type { DemandPoint, DemandReply } from '../../../functions/demand/contract.ts';
import { createHandler as createDemand } from '../../../functions/demand/handler.ts';
import { createFilePlace } from '../../../functions/erase/files.ts';
import { ADMIN_KEY, openShop, type TestShop } from '../../support/shop.ts';

const DAY = '2026-03-10';
const CATEGORIES = ['shoes', 'hats', '=cmd|calc', 'coats, rain'];

/** Users who look at things and buy some of them, for twelve weeks; in every category enough of them. */
async function liveShop(shop: TestShop, day: Day = DAY, users = 48): Promise<void> {
  for (let user = 0; user < users; user++) {
    const category = CATEGORIES[user % CATEGORIES.length];
    const actions: [string, string][] = [];
    for (let ago = 84 - (user % 9); ago > 0; ago -= 4 + (user % 6)) {
      const at = addDays(day, -ago);
      actions.push([`${at}T10:00:00Z`, `view:${category}`]);
      if (ago % 3 === 0) actions.push([`${at}T11:00:00Z`, `purchase:${category}`]);
    }
    await shop.act(`user-${user}`, ...actions);
  }
}

type Query = Record<string, string>;

async function ask(shop: TestShop, query: Query = {}, accept = '*/*') {
  const event = {
    routeKey: 'GET /v1/demand',
    pathParameters: {},
    queryStringParameters: query,
    headers: { authorization: `Bearer ${ADMIN_KEY}`, accept },
    requestContext: { requestId: 'test' },
  } as unknown as APIGatewayProxyEventV2;
  const { statusCode, headers, body = '' } = await createDemand(shop.deps)(event);
  const json = String(headers?.['content-type']).includes('json');
  return { status: statusCode, headers, body: json ? JSON.parse(body) : body };
}

const demand = async (shop: TestShop, query: Query = {}): Promise<DemandReply> => (await ask(shop, query)).body;
const of = (reply: DemandReply, category: string | null) => reply.series.filter((point) => point.category === category);
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
const filesOf = async (shop: TestShop, day: Day) => shop.deps.objects.list(`demand/day=${day}/`);

describe('demand', () => {
  let shop: TestShop;
  let rows: ScoreRow[];
  beforeAll(async () => {
    shop = await openShop('UTC');
    expect(await ask(shop)).toMatchObject({ status: 404, body: { type: 'urn:buy-timing:problem:not-scored' } });
    await liveShop(shop);
    await shop.nightly(DAY);
    rows = [...(await shop.scores(DAY)).values()];
  }, 120_000);
  afterAll(() => shop.stop());

  test("of a day and of each horizon is the sum of the users' scores", async () => {
    const reply = await demand(shop);
    expect(reply).toMatchObject({ from: DAY, days: 30, users: rows.length });
    expect(of(reply, null)[0]!.expected).toBeCloseTo(sum(rows.map(({ p_1d }) => p_1d)), 9);
    for (const [h, horizon] of HORIZONS.entries()) {
      const bought = sum(rows.map((row) => row[`p_${horizon}d`]));
      expect(reply.within[h]).toMatchObject({ days: horizon, expected: expect.closeTo(bought, 9) });
      // Who buys again counts again.
      const days = sum(
        of(reply, null)
          .slice(0, horizon)
          .map(({ expected }) => expected),
      );
      expect(days).toBeGreaterThan(bought - 1e-9);
    }
    expect(of(reply, null).map(({ day }) => day)).toEqual(Array.from({ length: 30 }, (_, t) => addDays(DAY, t)));
  });

  test('of all categories is that of the known users, in buyers and in units', async () => {
    const reply = await demand(shop, { by: 'category', leadDays: '14' });
    const names = [...new Set(reply.series.map(({ category }) => category))];
    expect(names.slice(0, 2)).toEqual([null, '~new']);
    expect(new Set(names)).toEqual(new Set([null, '~new', ...CATEGORIES]));
    for (const [t, point] of of(reply, null).entries()) {
      const parts = CATEGORIES.map((name) => of(reply, name)[t]!.expected);
      expect(sum(parts)).toBeCloseTo(point.expected, 9);
    }
    const { days, units } = reply.lead!;
    expect(days).toBe(14);
    expect(units.map(({ category }) => category)).toEqual(names);
    const [shopUnits, , ...categories] = units;
    expect(sum(categories.map(({ expected }) => expected))).toBeCloseTo(shopUnits!.expected, 6);
    for (const { quantiles, quantityKnown } of units) {
      expect(Object.values(quantiles)).toEqual(Object.values(quantiles).sort((a, b) => a - b));
      expect(quantityKnown).toBe(false);
    }
  });

  test('gives a first day per category as the scores and their next categories do', async () => {
    const reply = await demand(shop, { by: 'category', days: '1' });
    const own = (name: string) =>
      sum(rows.map((row) => row.p_1d * (row.next_categories.find(({ text }) => text === name)?.p ?? 0)));
    const elsewhere = sum(rows.map((row) => row.p_1d * (1 - sum(row.next_categories.map(({ p }) => p)))));
    const left = CATEGORIES.map((name) => of(reply, name)[0]!.expected - own(name));
    expect(sum(left)).toBeCloseTo(elsewhere, 9);
    // A quarter of what was bought is of each category.
    for (const part of left) expect(Math.abs(part / elsewhere - 0.25)).toBeLessThan(0.1);
  });

  test('has intervals around what is expected, the wider ones outside', async () => {
    const { series, within } = await demand(shop, { by: 'category' });
    for (const { low95, low80, expected, high80, high95 } of [...series, ...within]) {
      expect([low95, low80, high80, high95]).toEqual([low95, low80, high80, high95].sort((a, b) => a - b));
      expect(low80).toBeLessThanOrEqual(Math.ceil(expected));
      expect(high80).toBeGreaterThanOrEqual(Math.floor(expected));
    }
  });

  test('comes as CSV that no spreadsheet runs', async () => {
    const reply = await ask(shop, { by: 'category', days: '2' }, 'text/csv');
    expect(reply).toMatchObject({ status: 200, headers: { 'content-type': 'text/csv; charset=utf-8' } });
    const lines = reply.body.split('\n');
    expect(lines[0]).toBe('category,day,expected,low80,high80,low95,high95');
    expect(lines).toHaveLength(2 + 2 * (2 + CATEGORIES.length));
    expect(lines[1]).toMatch(/^~known,2026-03-10,/);
    expect(reply.body).toMatch(/^'=cmd\|calc,/m);
    expect(reply.body).toMatch(/^"coats, rain",/m);
  });

  test.each([
    ['days', '0'],
    ['days', '31'],
    ['days', '1.5'],
    ['by', 'user'],
    ['leadDays', 'x'],
    ['day', '2026-02-30'],
  ])('asked with %s=%s says what is wrong', async (name, value) => {
    const reply = await ask(shop, { [name]: value });
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ pointer: `#/query/${name}` }] } });
  });

  test('leaves one file a day that names nobody, and nothing of its shards', async () => {
    expect(await filesOf(shop, DAY)).toEqual([`demand/day=${DAY}/demand.json.gz`]);
    expect(JSON.stringify(await demand(shop, { by: 'category' }))).not.toMatch(/[0-9a-f]{64}/);
  });

  test('of the same day restarted is the same, and a run of a past day leaves it as it is', async () => {
    const before = await demand(shop, { by: 'category', leadDays: '7' });
    await shop.nightly(DAY);
    expect(await demand(shop, { by: 'category', leadDays: '7' })).toEqual(before);
    await shop.nightly(DAY, { restart: true });
    expect(await demand(shop, { by: 'category', leadDays: '7' })).toEqual(before);
    const past = addDays(DAY, -10);
    await shop.nightly(past);
    expect(await demand(shop, { day: DAY, by: 'category', leadDays: '7' })).toEqual(before);
    expect((await demand(shop, { day: past })).from).toBe(past);
  }, 120_000);
});

test('demand of a run that was cut off is made of all shards once they are there', async () => {
  let crash = true;
  const change = ({ objects }: TestShop['deps']) => ({
    objects: {
      ...objects,
      put: async (name: string, body: Uint8Array) => {
        if (crash && /^demand\/.*shard=[1-9]/.test(name)) throw new Error('crash');
        return objects.put(name, body);
      },
    },
  });
  const shop = await openShop('UTC', change);
  try {
    await liveShop(shop, DAY, 20);
    expect((await shop.nightly(DAY)).failedShards.length).toBeGreaterThan(0);
    const part = await demand(shop);
    expect(part.users).toBeLessThan(20);
    // The shards that were done wait for the others.
    expect((await filesOf(shop, DAY)).length).toBeGreaterThan(1);
    crash = false;
    await shop.nightly(DAY);
    const whole = await demand(shop);
    const scores = [...(await shop.scores(DAY)).values()];
    expect(whole.users).toBe(20);
    expect((whole.series[0] as DemandPoint).expected).toBeCloseTo(sum(scores.map(({ p_1d }) => p_1d)), 9);
    expect(await filesOf(shop, DAY)).toHaveLength(1);
  } finally {
    await shop.stop();
  }
}, 120_000);

test("an erasure removes what a user's shard added up while a run is not finished", async () => {
  const shop = await openShop('UTC');
  try {
    const user = await shop.act('jane', ['2026-03-01T10:00:00Z', 'view:jane-alone']);
    const name = `demand/day=${DAY}/shard=${String(Number.parseInt(user.slice(0, 2), 16)).padStart(3, '0')}.gz`;
    const other = `demand/day=${DAY}/shard=${String((Number.parseInt(user.slice(0, 2), 16) + 1) % 256).padStart(3, '0')}.gz`;
    for (const file of [name, other]) await shop.deps.objects.put(file, Buffer.from('jane-alone'));
    await createFilePlace(shop.deps).remove(new Set([user]));
    expect(await filesOf(shop, DAY)).toEqual([other]);
  } finally {
    await shop.stop();
  }
});
