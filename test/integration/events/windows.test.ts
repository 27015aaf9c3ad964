import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { createSender, isPrivate } from '../../../adapters/webhook-sender.ts';
import type { RecordedEvent } from '../../../core/events/ports.ts';
import { addDays } from '../../../core/time.ts';
import { createHandler as createDeliver } from '../../../functions/deliver/handler.ts';
import { createHandler as createEvents } from '../../../functions/events/handler.ts';
import { createHandler as createWebhooks } from '../../../functions/webhooks/handler.ts';
import { ADMIN_KEY, openShop, type TestShop } from '../../support/shop.ts';

const FIRST = '2026-03-10';
const NIGHTS = 30;
const USERS = 3;

interface Received {
  headers: Record<string, string>;
  body: string;
  taken: boolean;
}

let shop: TestShop;
let server: Server;
let url: string;
/** What the webhook does with a request: a status, or nothing at all. */
let answer: (n: number) => number | 'hang' = () => 204;
const received: Received[] = [];
const published: RecordedEvent[] = [];
let crash = false;
let handlers: { events: ReturnType<typeof createEvents>; webhooks: ReturnType<typeof createWebhooks> };
let deliver: ReturnType<typeof createDeliver>;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = await text(request);
    const status = answer(received.length);
    received.push({ headers: request.headers as Record<string, string>, body, taken: status === 204 });
    if (status !== 'hang')
      response.writeHead(status, status === 302 ? { location: 'http://169.254.169.254/' } : {}).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  shop = await openShop('UTC', ({ objects }) => ({
    objects: {
      ...objects,
      // After a shard's events are recorded, before its file is there: the worst moment.
      put: async (name, body) => {
        if (crash && name.startsWith('scores/')) throw new Error('killed');
        return objects.put(name, body);
      },
    },
  }));
  const bus = {
    publish: async (events: readonly RecordedEvent[]) => void published.push(...events),
    forget: async () => {},
  };
  const sender = createSender({ allowLocal: true, timeoutMs: 300 });
  const deps = { ...shop.deps, environment: { ...shop.deps.environment, WEBHOOK_ALLOW_LOCAL: true }, bus, sender };
  handlers = { events: createEvents(deps), webhooks: createWebhooks(deps) };
  deliver = createDeliver(deps);
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await shop.stop();
});

async function ask(route: string, more: { id?: string; body?: unknown; query?: Record<string, string> } = {}) {
  const event = {
    routeKey: route,
    pathParameters: more.id === undefined ? {} : { id: more.id },
    queryStringParameters: more.query ?? {},
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
    requestContext: { requestId: 'test' },
    ...(more.body !== undefined && { body: JSON.stringify(more.body) }),
  } as unknown as APIGatewayProxyEventV2;
  const handler = route.endsWith('/events') ? handlers.events : handlers.webhooks;
  const { statusCode: status, body } = await handler(event);
  return { status, body: body === undefined ? undefined : JSON.parse(body) };
}

/** Half an hour passes at a time, until nothing is left to be tried. */
async function untilQuiet(): Promise<void> {
  for (let empty = 0; empty <= 9; ) {
    const { published, delivered, failed } = await deliver();
    empty = published + delivered + failed === 0 ? empty + 1 : 0;
    shop.now += 30 * 60_000;
  }
}

describe('window events', () => {
  let hook: { id: string; secret: string };
  let segment: { id: string };

  test('webhooks are made; the secret is shown once', async () => {
    const made = await ask('POST /v1/webhooks', { body: { url } });
    expect(made.status).toBe(201);
    expect(made.body.secret).toMatch(/^whsec_[A-Za-z0-9+/=]{44}$/);
    hook = made.body;
    const body = { url: `${url}/v1/track`, kind: 'segment', writeKey: 'segment-key' };
    segment = (await ask('POST /v1/webhooks', { body })).body;
    const { body: list } = await ask('GET /v1/webhooks');
    expect(list.webhooks).toHaveLength(2);
    expect(JSON.stringify(list)).not.toMatch(/secret|whsec|segment-key/);
    expect(JSON.stringify(await shop.deps.settings.list('webhook'))).not.toMatch(/whsec|segment-key/);
  });

  test.each([
    [{ url: 'http://example.com/' }, 'url'],
    [{ url: 'https://10.0.0.1/' }, 'url'],
    [{ url: 'https://[::1]/' }, 'url'],
    [{ url: 'https://[::ffff:127.0.0.1]/' }, 'url'],
    [{ url: 'https://2130706433/' }, 'url'],
    [{ url: 'https://localhost/' }, 'url'],
    [{ url: 'https://user:pass@example.com/' }, 'url'],
    [{ url: 'ftp://example.com/' }, 'url'],
    [{ url: 'https://example.com/', kind: 'segment' }, 'writeKey'],
    [{ url: 'https://example.com/', events: ['sold'] }, 'events/0'],
  ])('%j is refused with its field', async (body, field) => {
    const refused = await ask('POST /v1/webhooks', { body });
    // 127.0.0.1 written in another way is what a local system allows.
    if (body.url === 'https://2130706433/') return expect(refused.status).toBe(201);
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: `#/${field}` }] } });
  });

  test('are recorded once each, though every night is killed and run again, and reach a webhook that fails half the time', async () => {
    for (const { id } of (await ask('GET /v1/webhooks')).body.webhooks)
      if (![hook.id, segment.id].includes(id)) await ask('DELETE /v1/webhooks/{id}', { id });
    for (let user = 0; user < USERS; user++)
      await shop.act(
        `user ${user}`,
        ['2026-02-20T10:00:00Z', 'purchase:shoes'],
        [`2026-03-0${7 + user}T18:00:00Z`, 'view:shoes'],
      );
    answer = (n) => ((n * 7_919) % 13 < 7 ? 500 : 204);
    for (let night = 0; night < NIGHTS; night++) {
      const day = addDays(FIRST, night);
      // θ so that everybody is in the window on two nights and out on the third.
      await shop.deps.settings.put('bands', 'theta', night % 3 === 2 ? 0.99 : 0.001);
      crash = true;
      expect((await shop.nightly(day)).failedShards.length).toBeGreaterThan(0);
      crash = false;
      await shop.nightly(day, { restart: true });
      // Run again though it was finished.
      if (night % 5 === 0) await shop.nightly(day, { restart: true });
      const tomorrow = shop.now + 86_400_000;
      await untilQuiet();
      shop.now = Math.max(shop.now, tomorrow);
    }
    await untilQuiet();
    const told = new Map<string, string[]>();
    for (const { user, type, since, day } of published)
      if (type.startsWith('buying'))
        told.set(user, [...(told.get(user) ?? []), `${day} ${type.split('.')[1]} ${since}`]);
    const day = (night: number) => addDays(FIRST, night);
    const expected = Array.from({ length: NIGHTS / 3 }, (_, i) => day(3 * i)).flatMap((since) => [
      `${since} opened ${since}`,
      `${addDays(since, 2)} closed ${since}`,
    ]);
    expect(told.size).toBe(USERS);
    for (const list of told.values()) expect(list.toSorted()).toEqual(expected.toSorted());
    expect(new Set(published.map(({ id }) => id)).size).toBe(published.length);

    const atHook = received.filter(({ headers }) => headers['webhook-id']);
    const taken = atHook.filter((each) => each.taken).map(({ headers }) => headers['webhook-id']);
    expect(new Set(taken)).toEqual(new Set(published.map(({ id }) => id)));
    expect(atHook.length).toBeGreaterThan(taken.length);
    for (const { headers, body } of atHook) {
      const key = Buffer.from(hook.secret.slice('whsec_'.length), 'base64');
      const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
      expect(headers['webhook-signature']).toBe(
        `v1,${createHmac('sha256', new Uint8Array(key)).update(text).digest('base64')}`,
      );
      expect(JSON.parse(body)).toMatchObject({
        type: expect.any(String),
        timestamp: expect.any(String),
        data: { id: headers['webhook-id'] },
      });
      expect(body).not.toContain('user 0');
    }
  }, 600_000);

  test('go to a Segment destination as track calls of the shop’s own ids', async () => {
    const calls = received.filter(({ headers }) => headers.authorization);
    expect(calls.length).toBeGreaterThanOrEqual(2 * USERS);
    expect(calls[0]!.headers.authorization).toBe(`Basic ${Buffer.from('segment-key:').toString('base64')}`);
    const bodies = calls.map(({ body }) => JSON.parse(body));
    expect(new Set(bodies.map(({ userId }) => userId))).toEqual(new Set(['user 0', 'user 1', 'user 2']));
    expect(bodies[0]).toMatchObject({
      type: 'track',
      event: 'Buying Window Opened',
      messageId: expect.stringMatching(/^evt_/),
    });
  });

  test('are listed, the newest first, by pages, and deliveries with their outcome', async () => {
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body }: { body: { events: { id: string; published: boolean }[]; next: string | null } } = await ask(
        'GET /v1/events',
        {
          query: { limit: '5', ...(cursor && { cursor }) },
        },
      );
      ids.push(...body.events.map(({ id }) => id));
      cursor = body.next;
    }
    expect(ids.toSorted()).toEqual(published.map(({ id }) => id).toSorted());
    const { body } = await ask('GET /v1/webhooks/{id}/deliveries', {
      id: hook.id,
      query: { state: 'delivered', limit: '1000' },
    });
    expect(body.deliveries).toHaveLength(published.length);
    expect(body.deliveries[0]).toMatchObject({ state: 'delivered', outcome: '204', nextAt: null });
  });

  test.each([
    ['500', () => 500],
    ['redirect', () => 302],
    ['timeout', () => 'hang' as const],
  ])(
    'a webhook that answers %s for a day is given up on, and can be told again under the same id',
    async (outcome, behave) => {
      answer = behave;
      const [event] = published;
      const first = received.length;
      await ask('POST /v1/webhooks/{id}/replay', { id: hook.id, body: { event: event!.id } });
      await untilQuiet();
      const { body } = await ask('GET /v1/webhooks/{id}/deliveries', { id: hook.id, query: { state: 'dead' } });
      expect(body.deliveries).toEqual([expect.objectContaining({ event: event!.id, outcome, state: 'dead' })]);
      expect(body.deliveries[0].attempts).toBeGreaterThan(4);
      expect(received.length - first).toBe(body.deliveries[0].attempts);
      answer = () => 204;
      expect((await ask('POST /v1/webhooks/{id}/replay', { id: hook.id, body: {} })).body).toEqual({ replayed: 1 });
      await untilQuiet();
      expect(received.at(-1)).toMatchObject({ taken: true, headers: { 'webhook-id': event!.id } });
    },
  );

  test('of an erased user are gone, and are told to nobody', async () => {
    const { user, id } = published[0]!;
    expect(await shop.deps.outbox.forget(user)).toBeGreaterThan(2);
    expect(await shop.deps.outbox.get(user, id)).toBeUndefined();
    expect((await ask('POST /v1/webhooks/{id}/replay', { id: hook.id, body: { event: id } })).body).toEqual({
      replayed: 0,
    });
    const { body } = await ask('GET /v1/events', { query: { limit: '1000' } });
    expect(body.events.some((event: { user: string }) => event.user === user)).toBe(false);
  });

  test('a deleted webhook is told of nothing', async () => {
    expect((await ask('DELETE /v1/webhooks/{id}', { id: hook.id })).status).toBe(204);
    expect((await ask('GET /v1/webhooks/{id}/deliveries', { id: hook.id })).status).toBe(404);
  });
});

describe('the sender', () => {
  test('does not connect where a name resolves to a private address, nor to anything local unless allowed', async () => {
    const strict = createSender({ allowLocal: false });
    expect(await strict.post('https://localhost/', {}, '')).toEqual({ taken: false, outcome: 'private-address' });
    expect(await strict.post(url.replace('http:', 'https:'), {}, '')).toEqual({
      taken: false,
      outcome: 'private-address',
    });
    expect(await strict.post('http://example.com/', {}, '')).toEqual({ taken: false, outcome: 'not-https' });
    const local = createSender({ allowLocal: true });
    expect(await local.post('https://[::1]:9/', {}, '')).toEqual({ taken: false, outcome: 'private-address' });
    expect(await local.post('https://name.invalid/', {}, '')).toEqual({ taken: false, outcome: 'unknown-host' });
  });

  test.each([
    ...['127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1'],
    ...[
      '::1',
      '::',
      'fe80::1',
      'fd00::1',
      '::ffff:10.0.0.1',
      '64:ff9b::a00:1',
      '2002:a00:1::',
      'ff02::1',
      'not an address',
    ],
  ])('%s is private', (address) => {
    expect(isPrivate(address)).toBe(true);
  });

  test.each(['93.184.216.34', '8.8.8.8', '2606:2800:220:1:248:1893:25c8:1946'])('%s is not', (address) => {
    expect(isPrivate(address)).toBe(false);
  });
});
