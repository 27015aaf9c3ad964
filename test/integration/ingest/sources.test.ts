/** What a data engineer sees of what came in. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { StoreBusy } from '../../../core/ports/store-busy.ts';
import { createHandler } from '../../../functions/ingest/handler.ts';
import { startStore, type TestStore } from '../../support/store.ts';
import { createTracking } from '../../support/tracking.ts';

const NOW = Date.parse('2026-07-01T12:00:00Z');
const PERSONAL = ['max@example.com', 'Zebrafink', '198.51.100.23', 'Mozilla/5.0 Zebra'];
let store: TestStore;
let shop: ReturnType<typeof createTracking>;

beforeAll(async () => {
  store = await startStore();
  shop = createTracking(store.client, { now: NOW });
});
afterAll(() => store.stop());

const sources = async (query: Record<string, string> = {}, of = shop) =>
  (await of.settings('GET /v1/sources', { queryStringParameters: query })).body;

test('events are counted by what became of them', async () => {
  const event = (fields: Record<string, unknown>) => ({
    type: 'track',
    userId: 'u1',
    event: 'Product Viewed',
    timestamp: '2026-07-01T10:00:00Z',
    ...fields,
  });
  const batch = [
    event({ messageId: '1' }),
    event({ messageId: '2', timestamp: '2026-06-20T10:00:00Z' }),
    event({ messageId: '3', event: 'Signed Up' }),
    event({ messageId: '4', sentAt: '2026-07-01T11:00:00Z' }),
    event({ messageId: '5', timestamp: PERSONAL[0] }),
    event({
      userId: {},
      messageId: '6',
      traits: { email: PERSONAL[0], name: PERSONAL[1] },
      context: { ip: PERSONAL[2] },
    }),
    7,
  ];
  await shop.post('batch', JSON.stringify({ batch }));
  await shop.post('batch', JSON.stringify({ batch: [batch[0], event({ messageId: '7' })] }));
  await shop.post('batch', JSON.stringify({ batch: [batch[0]] }));
  await shop.post('batch', '{}');
  await shop.post('batch', '{"batch":[]}', { authorization: 'Bearer wrong' });
  expect(await sources()).toEqual({
    day: '2026-07-01',
    sources: [
      {
        source: 'unknown',
        accepted: 0,
        duplicates: 0,
        late: 0,
        skewCorrected: 0,
        withoutAction: 0,
        busy: 0,
        dropped: {},
        rejected: { 'unknown-key': 1 },
        lastAt: '2026-07-01T12:00:00.000Z',
      },
      {
        source: 'website',
        accepted: 5,
        duplicates: 2,
        late: 1,
        skewCorrected: 1,
        withoutAction: 1,
        busy: 0,
        dropped: {},
        rejected: { 'bad-timestamp': 1, 'bad-user-id': 1, 'not-an-object': 1, 'missing-batch': 1 },
        lastAt: '2026-07-01T12:00:00.000Z',
      },
    ],
  });
  expect((await sources({ day: '2026-06-30' })).sources).toEqual([]);
  expect(await shop.settings('GET /v1/sources', { queryStringParameters: { day: 'x' } })).toMatchObject({
    status: 400,
  });
});

test('the last rejects are told with their reason, and nothing that a person sent is anywhere', async () => {
  const { rejects } = (await shop.settings('GET /v1/sources/rejects')).body;
  expect(rejects.map(({ code, source, index }: Record<string, unknown>) => [code, source, index])).toEqual([
    ['unknown-key', 'unknown', undefined],
    ['missing-batch', 'website', undefined],
    ['not-an-object', 'website', 6],
    ['bad-user-id', 'website', 5],
    ['bad-timestamp', 'website', 4],
  ]);
  expect(rejects[3]).toMatchObject({
    at: '2026-07-01T12:00:00.000Z',
    route: 'POST /v1/batch',
    requestId: 'r',
    message: expect.stringContaining('user id'),
    body: { type: 'track', userId: {}, traits: { name: '(text of 9)', '(other fields)': 1 } },
  });
  const all = JSON.stringify([rejects, shop.logged]);
  for (const text of PERSONAL) expect(all).not.toContain(text);
});

test('at most 50 rejects are shown, the newest', async () => {
  for (let round = 0; round < 8; round++) {
    shop.clock.now += 10_000;
    await shop.post('batch', JSON.stringify({ batch: Array(30).fill({ type: `${round}` }) }));
  }
  const { rejects } = (await shop.settings('GET /v1/sources/rejects')).body;
  expect(rejects).toHaveLength(50);
  expect(rejects[0].at).toBe(new Date(shop.clock.now).toISOString());
  expect([...rejects].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))).toEqual(rejects);
});

describe('counts of several processes', () => {
  test('are summed, and a write that is repeated counts nothing twice', async () => {
    const [one, other] = [createTracking(store.client, { now: NOW }), createTracking(store.client, { now: NOW })];
    const before = (await sources()).sources[1].accepted;
    one.deps.ledger.count('website', { accepted: 2 });
    other.deps.ledger.count('website', { accepted: 3 });
    for (const { deps } of [one, one, other, other]) await deps.ledger.flush();
    one.deps.ledger.count('website', { accepted: 1 });
    await one.deps.ledger.flush();
    expect((await sources()).sources[1].accepted).toBe(before + 6);
  });

  test('wait for a store that is busy, and no request fails for them', async () => {
    const later = createTracking(store.client, { now: Date.parse('2026-08-01T12:00:00Z') });
    const put = later.deps.sources.putCounts;
    later.deps.sources.putCounts = async () => {
      throw new StoreBusy();
    };
    const event = JSON.stringify({ userId: 'w', event: 'purchase' });
    expect((await later.post('track', event)).status).toBe(200);
    later.deps.sources.putCounts = put;
    later.clock.now += 10_000;
    expect((await later.post('track', event)).status).toBe(200);
    expect((await sources({}, later)).sources).toMatchObject([{ source: 'website', accepted: 2 }]);
  });
});

test('what is stored before the store gets busy is counted once, and the busy answer too', async () => {
  const calm = createTracking(store.client, { now: Date.parse('2026-09-01T12:00:00Z') });
  let calls = 0;
  const put: typeof calm.deps.actions.put = async (chunk) => {
    if (++calls > 1 && calls < 4) throw new StoreBusy();
    return calm.deps.actions.put(chunk);
  };
  const handler = createHandler({ ...calm.deps, actions: { put } });
  const events = ['b1', 'b2'].map((userId) => ({ type: 'track', event: 'purchase', userId, messageId: userId }));
  const request = { routeKey: 'POST /v1/batch', headers: { authorization: 'Bearer write' } };
  const send = () => calm.ask(handler, { ...request, body: JSON.stringify({ batch: events }) });
  expect((await send()).status).toBe(429);
  calls = 10;
  expect((await send()).status).toBe(200);
  const [counts] = (await sources({}, calm)).sources;
  expect(counts).toMatchObject({ busy: 1, accepted: 2, duplicates: 1 });
});
