import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { createDownloads, openLocalLink } from '../../../adapters/downloads.ts';
import { matches, type Rule } from '../../../core/audiences/rule.ts';
import { subjectOf } from '../../../core/audiences/subjects.ts';
import { addDays } from '../../../core/time.ts';
import { createHandler as createAudiences } from '../../../functions/audiences/handler.ts';
import { createHandler as createBands } from '../../../functions/bands/handler.ts';
import type { HttpHandler } from '../../../functions/http/api.ts';
import { ADMIN_KEY, openShop, type TestShop } from '../../support/shop.ts';

const DAY = '2026-03-10';
const PEPPER = 'a pepper of this test';
const USERS = 40;

let shop: TestShop;
let audiences: HttpHandler;
let bands: HttpHandler;
let readKey: string;

async function ask(
  route: string,
  more: { name?: string; query?: Record<string, string>; body?: unknown; key?: string; accept?: string } = {},
) {
  const event = {
    routeKey: route,
    pathParameters: more.name === undefined ? {} : { name: more.name },
    queryStringParameters: more.query ?? {},
    headers: { authorization: `Bearer ${more.key ?? ADMIN_KEY}`, accept: more.accept ?? '*/*' },
    requestContext: { requestId: 'test' },
    ...(more.body !== undefined && { body: JSON.stringify(more.body) }),
  } as unknown as APIGatewayProxyEventV2;
  const handler = route.endsWith('bands') ? bands : audiences;
  const { statusCode: status, headers, body } = await handler(event);
  return { status, headers, body: body === undefined ? undefined : JSON.parse(body) };
}

const save = (body: unknown, key = ADMIN_KEY) => ask('POST /v1/audiences', { body, key });
const page = (name: string, query: Record<string, string> = {}) => ask('GET /v1/audiences/{name}', { name, query });

async function csv(name: string, key = ADMIN_KEY): Promise<string[]> {
  const { status, headers } = await ask('GET /v1/audiences/{name}', { name, key, accept: 'text/csv' });
  expect(status).toBe(303);
  const link = openLocalLink(String(headers?.location), PEPPER, shop.now);
  const file = Buffer.from((await shop.deps.objects.get(link!.name))!).toString('utf8');
  return file.trimEnd().split('\n');
}

async function allOf(name: string, limit = '7') {
  const users: { user: string; userId: string; probability: Record<string, number> }[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body }: { body: { users: typeof users; next: string | null } } = await page(name, {
      limit,
      ...(cursor && { cursor }),
    });
    users.push(...body.users);
    cursor = body.next;
  }
  return users;
}

beforeAll(async () => {
  shop = await openShop('Europe/Berlin');
  shop.now = Date.parse('2026-03-10T05:00:00Z');
  const downloads = createDownloads('file:', PEPPER, () => shop.now);
  audiences = createAudiences({ ...shop.deps, downloads });
  bands = createBands(shop.deps);
  readKey = (await shop.deps.keys.create({ scope: 'read', name: 'test' })).key;
});
afterAll(() => shop.stop());

describe('before the first run', () => {
  test('an audience can be saved and waits; nothing can be counted', async () => {
    const saved = await save({ name: 'early', rule: { silence: { min: 1 } } });
    expect(saved).toMatchObject({ status: 201, body: { name: 'early', kind: 'rule', latest: null } });
    expect(await page('early')).toMatchObject({ status: 404, body: { type: 'urn:buy-timing:problem:not-scored' } });
    const count = await ask('POST /v1/audiences/count', { body: { rule: { silence: {} } } });
    expect(count).toMatchObject({ status: 404, body: { type: 'urn:buy-timing:problem:not-scored' } });
  });

  test('θ is set and read, and what is none is refused with its field', async () => {
    expect((await ask('GET /v1/bands')).body).toEqual({ theta: null, latest: null });
    expect((await ask('PUT /v1/bands', { body: { theta: 0.25 } })).body.theta).toBe(0.25);
    for (const theta of [0, 1, 'x', undefined]) {
      const refused = await ask('PUT /v1/bands', { body: { theta } });
      expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/theta' }] } });
    }
    expect((await ask('GET /v1/bands')).body.theta).toBe(0.25);
    expect((await ask('PUT /v1/bands', { key: readKey, body: { theta: 0.5 } })).status).toBe(403);
  });
});

describe('after a run', () => {
  const rule: Rule = { all: [{ category: { name: 'shoes' } }, { not: { bought: { days: 20 } } }] };

  beforeAll(async () => {
    for (let user = 0; user < USERS; user++) {
      const word = user % 3 === 0 ? 'purchase:shoes' : 'view:hats';
      await shop.act(
        user === 0 ? '=HYPERLINK("http://evil")' : `user ${user}`,
        [`2026-02-${10 + (user % 15)}T10:00:00Z`, word],
        [`2026-03-0${1 + (user % 8)}T18:00:00Z`, user % 2 ? 'view:shoes/running' : 'view:hats'],
      );
    }
    await shop.nightly(DAY);
    shop.now += 2_000;
  });

  test('a saved rule holds at once who matches it, most probable first, to the last user', async () => {
    const rows = [...(await shop.scores(DAY)).values()];
    const expected = rows.filter((row) => matches(rule, subjectOf(row))).sort((a, b) => b.p_7d - a.p_7d);
    expect(expected.length).toBeGreaterThan(10);
    const counted = await ask('POST /v1/audiences/count', { body: { rule }, key: readKey });
    const exact = { count: expected.length, low: expected.length, high: expected.length };
    expect(counted.body).toEqual({ day: DAY, users: USERS, sampled: false, sample: USERS, ...exact });
    const saved = await save({ name: 'shoes', rule });
    expect(saved).toMatchObject({ status: 201, body: { latest: { day: DAY, count: expected.length, heldOut: 0 } } });
    const users = await allOf('shoes');
    expect(users.map(({ probability }) => probability['7d'])).toEqual(expected.map((row) => row.p_7d));
    expect(new Set(users.map(({ user }) => user))).toEqual(new Set(expected.map(({ user }) => user)));
  });

  test('it is listed with the bands and the categories that a rule can name', async () => {
    const { body } = await ask('GET /v1/audiences');
    expect(body.audiences.map(({ name }: { name: string }) => name)).toEqual([
      'now',
      'soon',
      'later',
      'unlikely',
      'early',
      'shoes',
    ]);
    expect(body.categories.sort()).toEqual(['hats', 'shoes', 'shoes/running']);
    expect(body.audiences[0].latest.day).toBe(DAY);
  });

  test('the night put it together by shard as saving did, and history keeps its days', async () => {
    const before = (await allOf('shoes')).length;
    await shop.nightly(DAY, { restart: true });
    shop.now += 2_000;
    expect((await allOf('shoes')).length).toBe(before);
    await shop.nightly(addDays(DAY, 1));
    shop.now += 2_000;
    const { body } = await page('shoes');
    expect(body.history.map(({ day }: { day: string }) => day)).toEqual([DAY, addDays(DAY, 1)]);
    expect((await page('shoes', { day: DAY })).body.count).toBe(before);
    const rows = await shop.scores(addDays(DAY, 1));
    const inRows = [...rows.values()].filter((row) => row.audiences.includes('shoes'));
    expect(body.count).toBe(inRows.length);
    expect(body.count).toBe(inRows.filter((row) => matches(rule, subjectOf(row))).length);
  });

  test('pages stay together while the day is run again', async () => {
    const day = addDays(DAY, 1);
    const whole = (await allOf('shoes', '1000')).map(({ user }) => user);
    const first = (await page('shoes', { limit: '4' })).body;
    await shop.act('newcomer', ['2026-03-10T10:00:00Z', 'view:shoes']);
    await shop.nightly(day, { restart: true });
    shop.now += 2_000;
    const rest: string[] = [];
    for (let { next } = first; next; ) {
      const { body } = await page('shoes', { limit: '4', cursor: next });
      rest.push(...body.users.map(({ user }: { user: string }) => user));
      next = body.next;
    }
    expect([...first.users.map(({ user }: { user: string }) => user), ...rest]).toEqual(whole);
    expect((await page('shoes')).body.count).toBe(whole.length + 1);
  });

  test('a cursor of another audience, of another day or with a letter changed leads nowhere', async () => {
    const { next } = (await page('shoes', { limit: '3' })).body;
    const refused = async (name: string, query: Record<string, string>) =>
      expect(await page(name, query)).toMatchObject({
        status: 400,
        body: { type: 'urn:buy-timing:problem:bad-cursor' },
      });
    await refused('later', { cursor: next });
    await refused('shoes', { cursor: next, day: DAY });
    for (let at = 0; at < next.length; at++) {
      const changed = `${next.slice(0, at)}${next[at] === 'A' ? 'B' : 'A'}${next.slice(at + 1)}`;
      await refused('shoes', { cursor: changed });
    }
    await refused('shoes', { cursor: 'x' });
  });

  test.each([{ limit: '0' }, { limit: '1001' }, { limit: '1e3' }, { day: '2026-02-30' }])(
    '%j is refused',
    async (query) => {
      expect((await page('shoes', query as unknown as Record<string, string>)).status).toBe(400);
    },
  );

  test('a CSV names the shop’s ids only to keys that may see them, and holds no formula', async () => {
    await save({ name: 'everyone', rule: { silence: {} } });
    const lines = await csv('everyone');
    expect(lines).toHaveLength(USERS + 2);
    expect(lines[0]).toMatch(/^user_id,user,band,/);
    const cells = lines.join('\n');
    expect(cells).toContain('"\'=HYPERLINK(""http://evil"")"');
    expect(lines.slice(1).filter((line) => /^"?[=+@\-\t]/.test(line))).toEqual([]);
    expect((await csv('everyone', readKey)).join('')).not.toMatch(/user \d|HYPERLINK/);
  });

  test('a link that was changed, or whose five minutes are over, opens nothing', async () => {
    const { headers } = await ask('GET /v1/audiences/{name}', { name: 'everyone', accept: 'text/csv' });
    const link = String(headers?.location);
    expect(openLocalLink(link, PEPPER, shop.now + 299_000)).toBeDefined();
    expect(openLocalLink(link, PEPPER, shop.now + 300_000)).toBeUndefined();
    expect(openLocalLink(`${link.slice(0, -2)}AA`, PEPPER, shop.now)).toBeUndefined();
    expect(openLocalLink('/downloads/../secrets.json', PEPPER, shop.now)).toBeUndefined();
  });

  test.each([
    [{ name: 'now', rule: { silence: {} } }, 400, 'bad-name'],
    [{ name: '../x', rule: { silence: {} } }, 400, 'bad-name'],
    [{ name: 'shoes', rule: { silence: {} } }, 409, 'audience-exists'],
    [{ name: 'x', rule: { silence: { min: 3, max: 1 } } }, 400, 'bad-rule'],
    [{ name: 'x', rule: { category: { name: 'shoos' } } }, 400, 'bad-rule'],
    [{ name: 'x' }, 400, 'bad-rule'],
    [{ name: 'x', rule: { silence: {} }, holdout: 0.9 }, 400, 'bad-holdout'],
    [{ name: 'x', rule: { silence: {} }, size: 3 }, 400, 'bad-body'],
    [[], 400, 'bad-rule'],
  ])('%j is refused, and nothing is kept of it', async (body, status, type) => {
    expect(await save(body)).toMatchObject({ status, body: { type: `urn:buy-timing:problem:${type}` } });
    expect((await ask('GET /v1/audiences')).body.audiences).toHaveLength(7);
  });

  test('an unknown category is answered with those that are known', async () => {
    const { body } = await save({ name: 'x', rule: { all: [{ silence: {} }, { category: { name: 'shoos' } }] } });
    expect(body.errors[0].pointer).toBe('#/rule/all/1/category/name');
    expect(body.detail).toMatch(/hats/);
  });

  test('users held out are in no list and no file, and what they buy is what lift is measured by', async () => {
    const saved = await save({ name: 'half', rule: { silence: {} }, holdout: 0.5 });
    const { count, heldOut } = saved.body.latest;
    expect(count + heldOut).toBe(USERS + 1);
    expect(heldOut).toBeGreaterThan(8);
    const listed = await allOf('half');
    expect(listed).toHaveLength(count);
    expect(await csv('half')).toHaveLength(count + 1);
    // The treated buy, the others do not.
    for (const { userId } of listed) await shop.act(userId, ['2026-03-12T10:00:00Z', 'purchase:hats']);
    for (const nights of [2, 3, 9]) await shop.nightly(addDays(DAY, nights));
    shop.now += 2_000;
    const { body } = await ask('GET /v1/audiences/{name}/lift', { name: 'half', query: { days: '7' } });
    const day = addDays(DAY, 1);
    expect(body).toMatchObject({
      name: 'half',
      holdout: 0.5,
      days: 7,
      from: day,
      treated: { users: count, buyers: count },
    });
    expect(body.heldOut).toMatchObject({ users: heldOut, buyers: 0 });
    expect(body.difference).toMatchObject({ value: 1 });
    expect(body.difference.low).toBeGreaterThan(0.5);
    const early = await ask('GET /v1/audiences/{name}/lift', { name: 'half', query: { days: '1' } });
    expect(early.body.treated).toMatchObject({ users: count, buyers: 0 });
    expect((await ask('GET /v1/audiences/{name}/lift', { name: 'half', query: { days: '31' } })).status).toBe(400);
  });

  test('a deleted audience leaves nothing', async () => {
    expect((await ask('DELETE /v1/audiences/{name}', { name: 'half' })).status).toBe(204);
    expect((await page('half')).status).toBe(404);
    const left = (await shop.deps.objects.list('audiences/')).filter((name) => name.includes('half'));
    expect(left).toEqual([]);
    expect(await shop.deps.settings.list('audience-day/half')).toEqual([]);
    expect((await ask('DELETE /v1/audiences/{name}', { name: 'half' })).status).toBe(404);
    expect((await ask('DELETE /v1/audiences/{name}', { name: 'now' })).status).toBe(400);
    expect((await ask('DELETE /v1/audiences/{name}', { name: 'shoes', key: readKey })).status).toBe(403);
  });

  test('θ of the shop’s own divides the bands of the next run', async () => {
    const { body } = await ask('GET /v1/bands');
    expect(body.theta).toBe(0.25);
    expect(body.latest.theta).toBe(0.25);
    for (const row of (await shop.scores(DAY)).values()) expect(row.band === 'now').toBe(row.p_3d >= 0.25);
  });
});
