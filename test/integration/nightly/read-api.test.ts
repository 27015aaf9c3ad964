import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { ScorerUnavailable } from '../../../core/model/contract.ts';
import { addDays } from '../../../core/time.ts';
import { createHandler as createAudiences } from '../../../functions/audiences/handler.ts';
import type { HttpHandler } from '../../../functions/http/api.ts';
import { createHandler as createOverview } from '../../../functions/overview/handler.ts';
import { createHandler as createProfile } from '../../../functions/profile/handler.ts';
import { createHandler as createTiming } from '../../../functions/timing/handler.ts';
import { ADMIN_KEY, openShop, type TestShop } from '../../support/shop.ts';

const DAY = '2026-03-10';
const TIMING = 'GET /v1/users/{userId}/timing';
const AUDIENCE = 'GET /v1/audiences/{name}';
const PROFILE = 'GET /v1/users/{userId}/profile';
const OVERVIEW = 'GET /v1/overview';

let shop: TestShop;
let handlers: Record<string, HttpHandler>;
let away = false;
let readKey: string;

beforeAll(async () => {
  shop = await openShop('Europe/Berlin', ({ scorer }) => ({
    scorer: {
      score: async (input) => {
        if (away) throw new ScorerUnavailable();
        return scorer.score(input);
      },
    },
  }));
  readKey = (await shop.deps.keys.create({ scope: 'read', name: 'test' })).key;
  shop.now = Date.parse('2026-03-10T12:00:00Z');
  handlers = {
    [TIMING]: createTiming(shop.deps),
    [AUDIENCE]: createAudiences(shop.deps),
    [PROFILE]: createProfile(shop.deps),
    [OVERVIEW]: createOverview(shop.deps),
  };
});
afterAll(() => shop.stop());

async function get(
  routeKey: string,
  path: Record<string, string> = {},
  query: Record<string, string> = {},
  more: { key?: string; accept?: string } = {},
) {
  const event = {
    routeKey,
    pathParameters: path,
    queryStringParameters: query,
    headers: { authorization: `Bearer ${more.key ?? readKey}`, accept: more.accept ?? '*/*' },
    requestContext: { requestId: 'test' },
  } as unknown as APIGatewayProxyEventV2;
  const { statusCode, headers, body = '' } = await handlers[routeKey]!(event);
  const json = String(headers?.['content-type']).includes('json');
  return { status: statusCode, headers, body: json ? JSON.parse(body) : body };
}

const timing = (userId: string, query: Record<string, string> = {}, key = readKey) =>
  get(TIMING, { userId }, query, { key });

describe('before the first run', () => {
  test('a user is unknown, then not scored, with the time of the next run', async () => {
    expect(await timing('u1')).toMatchObject({ status: 404, body: { type: 'urn:buy-timing:problem:unknown-user' } });
    await shop.act('u1', ['2026-03-01T10:00:00Z', 'view:shoes'], ['2026-03-08T10:00:00.5Z', 'purchase:hats']);
    const reply = await timing('u1');
    expect(reply.body).toMatchObject({ status: 404, type: 'urn:buy-timing:problem:not-scored' });
    expect(reply.body.nextRun).toBe('2026-03-11T03:00:00.000Z');
  });

  test.each([[AUDIENCE], [OVERVIEW]])('%s has nothing to show', async (route) => {
    const reply = await get(route, { name: 'now' });
    expect(reply.body).toMatchObject({ status: 404, type: 'urn:buy-timing:problem:not-scored' });
  });
});

describe('after a run', () => {
  beforeAll(async () => {
    for (let user = 0; user < 25; user++)
      await shop.act(
        `user ${user}`,
        [`2026-0${1 + (user % 3)}-0${1 + (user % 8)}T10:00:00Z`, 'purchase:shoes'],
        ['2026-03-09T08:00:00Z', 'view:hats'],
      );
    await shop.nightly(addDays(DAY, -1));
    await shop.nightly(DAY);
    // Nobody is active by then; the latest day that has scores is still the one shown.
    await shop.nightly('2027-01-01');
    shop.now += 2_000;
  });

  test('timing tells what the score file tells, to the last digit', async () => {
    const { status, body } = await timing('u1');
    expect(status).toBe(200);
    const row = (await shop.scores(DAY)).get(body.user)!;
    expect(body).toEqual({
      user: row.user,
      day: DAY,
      asOf: '2026-03-08T10:00:00.500Z',
      modelVersion: row.model_version,
      correction: 0,
      silenceDays: 1,
      probability: { '1d': row.p_1d, '3d': row.p_3d, '7d': row.p_7d, '14d': row.p_14d, '30d': row.p_30d },
      band: row.band,
      percentile: expect.any(Number),
      expected: { date: row.expected, low: row.low, high: row.high, within90d: row.within_90d },
      bestWindow: { from: row.window_from, to: row.window_to, probability: row.window_p },
      bestHour: { weekday: row.best_weekday, hour: row.best_hour },
      nextActions: row.next_actions.map(({ text, p }) => ({ word: text, probability: p })),
      nextCategories: row.next_categories.map(({ text, p }) => ({ category: text, probability: p })),
    });
    expect(new Set(body.nextCategories.map(({ category }: { category: string }) => category))).toEqual(
      new Set(['shoes', 'hats']),
    );
  });

  test('a past day is read as it was given', async () => {
    const past = addDays(DAY, -1);
    const { body } = await timing('u1', { day: past });
    const row = (await shop.scores(past)).get(body.user)!;
    expect(body).toMatchObject({ day: past, silenceDays: 0 });
    expect(body.probability['7d']).toBe(row.p_7d);
    expect(await timing('u1', { day: '2026-01-01' })).toMatchObject({ status: 404 });
  });

  test('a run in progress does not change the answer until it is finished', async () => {
    const before = (await timing('user 3')).body;
    await shop.act('user 3', ['2026-03-10T08:00:00Z', 'cart:hats']);
    const next = addDays(DAY, 1);
    const record = (await shop.deps.users.get(before.user))!;
    // What a run of the next day stores before it is finished: a forecast of a later origin.
    await shop.deps.users.putForecast(before.user, { ...record.forecast!, originDay: next });
    expect((await timing('user 3')).body).toEqual(before);
  });

  test('explain tells what moved the probability, and what of it adds up', async () => {
    shop.asked.length = 0;
    const { status, body } = await timing('u1', { explain: 'true' });
    expect(status).toBe(200);
    expect(shop.asked.length).toBeLessThanOrEqual(2);
    expect(body.reasons.map(({ text }: { text: string }) => text).toSorted()).toEqual([
      '1 day without any action since the last purchase',
      '1 purchase of hats 2 days ago',
      '1 view of shoes 9 days ago',
    ]);
    const purchase = body.reasons.find(({ words }: { words: string[] }) => words[0] === 'purchase:hats');
    expect(purchase).toMatchObject({ from: '2026-03-08', to: '2026-03-08', effect: { '7d': expect.any(Number) } });
    const { probability, without, remainder } = body.explained['7d'];
    const sum = body.reasons.reduce((total: number, { effect }: { effect: Record<string, number> }) => {
      return total + effect['7d']!;
    }, 0);
    expect(without + sum + remainder).toBeCloseTo(probability, 12);
    // The stored forecast is two days old, with the shop statistics of its night.
    expect(probability).toBeCloseTo(body.probability['7d'], 1);
    expect((await timing('u1')).body).not.toHaveProperty('reasons');
  });

  test('explain works for a past day and for this moment, of what was known then', async () => {
    await shop.act('user 2', ['2026-03-10T10:00:00Z', 'cart:boots']);
    const words = async (query: Record<string, string>) => {
      const { body } = await timing('user 2', { ...query, explain: 'true' });
      return body.reasons.flatMap((reason: { words: string[] }) => reason.words);
    };
    expect(await words({})).not.toContain('cart:boots');
    expect(await words({ fresh: 'true' })).toContain('cart:boots');
    expect(await words({ day: addDays(DAY, -1) })).not.toContain('view:hats');
    away = true;
    try {
      const { status, body } = await timing('user 2', { explain: 'true' });
      expect([status, body.type]).toEqual([503, 'urn:buy-timing:problem:model-away']);
      expect(body.detail).toContain('explain');
    } finally {
      away = false;
    }
  });

  test('the profile tells what the actions say, and what came of past scores', async () => {
    const { status, body } = await get(PROFILE, { userId: 'user 3' }, {}, { key: ADMIN_KEY });
    expect(status).toBe(200);
    const rows = [await shop.scores(DAY), await shop.scores(addDays(DAY, -1))].map((day) => day.get(body.user)!);
    expect(body).toMatchObject({
      userId: 'user 3',
      day: DAY,
      stage: rows[0]!.stage,
      recency: { lastActionDay: '2026-03-09', days: 1, lastPurchaseDay: '2026-01-04', purchaseDays: 65 },
      frequency: { firstDay: '2026-01-04', days: 2, actions: 2, purchaseDays: 1, purchases: 1 },
      value: { total: null, perPurchaseDay: null, units: null },
      rhythm: { of: 'purchases', gap: rows[0]!.usual_gap },
      bestHour: { weekday: rows[0]!.best_weekday, hour: rows[0]!.best_hour },
    });
    // The shop is known as of the day before, when nobody had looked at hats: no shares of what few users touched.
    const shoes = expect.objectContaining({ category: 'shoes', share: 0.5, shopShare: expect.any(Number) });
    const hats = expect.objectContaining({ category: 'hats', purchases: 0, shopShare: null, affinity: null });
    expect(body.categories).toEqual(expect.arrayContaining([shoes, hats]));
    for (const { share, shopShare, affinity } of body.categories)
      if (shopShare !== null) expect(affinity).toBeCloseTo(share / shopShare, 12);
    // The run of the day before knew the user by the purchase alone.
    expect(body.scores).toEqual(
      rows.map((row) => ({
        day: row.day,
        probability: { '7d': row.p_7d, '30d': row.p_30d },
        band: row.band,
        bought: { '7d': null, '30d': null },
      })),
    );
    expect((await get(PROFILE, { userId: 'nobody' })).body.type).toBe('urn:buy-timing:problem:unknown-user');
  });

  test('the shop’s own id goes only to keys that may see it', async () => {
    expect((await timing('user 1')).body.userId).toBeUndefined();
    expect((await timing('user 1', {}, ADMIN_KEY)).body.userId).toBe('user 1');
    const { user } = (await timing('user 1')).body;
    expect((await timing(`~${user}`)).body.user).toBe(user);
  });

  test('fresh asks the model with the actions until now, and stores nothing', async () => {
    const { user } = (await timing('user 2')).body;
    const stored = await shop.deps.users.get(user);
    await shop.act('user 2', ['2026-03-10T11:00:00Z', 'cart:hats'], ['2026-03-10T12:30:00Z', 'purchase:hats']);
    const { status, body } = await timing('user 2', { fresh: 'true' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ day: DAY, asOf: '2026-03-10T11:00:00.000Z', silenceDays: 0 });
    expect((await timing('user 2')).body.asOf).toBe('2026-03-09T08:00:00.000Z');
    expect((await shop.deps.users.get(user))!.forecast).toEqual(stored!.forecast);
  });

  test('fresh says when the model is away', async () => {
    away = true;
    const reply = await timing('user 2', { fresh: 'true' });
    away = false;
    expect(reply).toMatchObject({ status: 503, body: { type: 'urn:buy-timing:problem:model-away' } });
    expect(reply.headers?.['retry-after']).toBe('30');
  });

  test('curves go on from the probabilities, and over the days of silence to come', async () => {
    const { body } = await timing('user 4', { curves: 'true' });
    expect(body.curves.within).toHaveLength(30);
    expect(body.curves.within[6]).toBe(body.probability['7d']);
    expect(body.curves.silence).toHaveLength(31);
    expect(body.curves.silence[0]).toEqual({ day: DAY, probability: body.probability });
  });

  test.each([
    [{ day: '2026-02-30' }, 'bad-day'],
    [{ day: DAY, fresh: 'true' }, 'bad-fresh'],
    [{ fresh: 'yes' }, 'bad-fresh'],
  ])('%j is refused', async (query, type) => {
    expect(await timing('u1', query as Record<string, string>)).toMatchObject({
      status: 400,
      body: { type: `urn:buy-timing:problem:${type}` },
    });
  });

  test('the overview counts every user once in bands, distribution and dates', async () => {
    const { body } = await get(OVERVIEW);
    const sum = (list: { count: number }[]) => list.reduce((total, { count }) => total + count, 0);
    expect(body).toMatchObject({ day: DAY, days: [addDays(DAY, -1), DAY], users: 26, timeZone: 'Europe/Berlin' });
    const inBands = (Object.values(body.bands) as number[]).reduce((total, count) => total + count, 0);
    expect([inBands, sum(body.distribution), sum(body.expected)]).toEqual([26, 26, 26]);
    expect(body.theta).toBeGreaterThanOrEqual(0.05);
    expect(body.run).toMatchObject({ scored: 26, failed: 0, correction: 0 });
  });

  test('audiences by pages hold everyone of the band once, most probable first', async () => {
    const { body: overview } = await get(OVERVIEW);
    for (const [name, count] of Object.entries(overview.bands)) {
      const users: { user: string; probability: Record<string, number> }[] = [];
      let cursor: string | null = null;
      do {
        const query: Record<string, string> = cursor ? { limit: '4', cursor } : { limit: '4' };
        const { body }: { body: { count: number; users: typeof users; next: string | null } } = await get(
          AUDIENCE,
          { name },
          query,
        );
        expect(body.count).toBe(count);
        users.push(...body.users);
        cursor = body.next;
      } while (cursor);
      expect(new Set(users.map(({ user }) => user)).size).toBe(count);
      const order = users.map(({ probability }) => probability['7d']!);
      expect(order).toEqual(order.toSorted((a, b) => b - a));
    }
  });

  test.each([
    [{ limit: '0' }, 'bad-limit'],
    [{ limit: '1001' }, 'bad-limit'],
    [{ limit: 'x' }, 'bad-limit'],
    [{ cursor: 'x' }, 'bad-cursor'],
    [{ cursor: Buffer.from('2026-03-10/4').toString('base64url'), day: '2026-03-09' }, 'bad-cursor'],
    [{ day: 'today' }, 'bad-day'],
  ])('an audience asked with %j is refused', async (query, type) => {
    const reply = await get(AUDIENCE, { name: 'now' }, query as Record<string, string>);
    expect(reply).toMatchObject({ status: 400, body: { type: `urn:buy-timing:problem:${type}` } });
  });

  test('an audience that does not exist is not found', async () => {
    expect((await get(AUDIENCE, { name: 'constructor' })).body.type).toBe('urn:buy-timing:problem:unknown-audience');
  });
});
