/** The real client of Segment, pointed at the local HTTP server in front of the ingest handler and a real store. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Analytics } from '@segment/analytics-node';
import { createDynamoClient } from '../../../adapters/dynamo/client.ts';
import type { ActionChunk } from '../../../core/ports/actions.ts';
import { StoreBusy } from '../../../core/ports/store-busy.ts';
import { createHandler } from '../../../functions/ingest/handler.ts';
import { type HttpServer, startHttp } from '../../../local/http.ts';
import { type FaultyStore, startFaults } from '../../support/faults.ts';
import { startStore, type TestStore } from '../../support/store.ts';
import { createTracking } from '../../support/tracking.ts';

const EVENTS = 1_000;
const USERS = 20;

let store: TestStore;
let server: HttpServer | undefined;
let faults: FaultyStore | undefined;

beforeAll(async () => {
  store = await startStore();
});
afterAll(async () => {
  await server?.close();
  await faults?.stop();
  await store.stop();
});

/** Numbers that look random and are the same in every run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

async function serve(handler: ReturnType<typeof createHandler>): Promise<string> {
  await server?.close();
  server = await startHttp({
    port: 0,
    handler: async () => handler,
    onError: (error) => {
      throw error;
    },
  });
  return `http://127.0.0.1:${server.port}`;
}

/** Sends 1,000 events of 20 users and waits until the client has delivered or dropped each. */
async function sendAll(host: string, prefix: string): Promise<string[]> {
  const failures: string[] = [];
  const client = new Analytics({ writeKey: 'write', host, path: '/v1/batch', flushAt: 50, flushInterval: 200 });
  client.on('error', ({ code }) => failures.push(code));
  for (let n = 0; n < EVENTS; n++) {
    client.track({
      userId: `${prefix}${n % USERS}`,
      event: n % 10 === 0 ? 'Order Completed' : 'Product Viewed',
      properties: { category: `c${n}`, price: n },
    });
  }
  await client.closeAndFlush({ timeout: 100_000 });
  return failures;
}

async function stored(shop: ReturnType<typeof createTracking>, prefix: string): Promise<string[]> {
  const words: string[] = [];
  for (let user = 0; user < USERS; user++) {
    const actions = await shop.read(`${prefix}${user}`);
    expect(await shop.user(`${prefix}${user}`)).toMatchObject({
      lastActionDay: shop.deps.zone.dayOf(actions.at(-1)!.at),
    });
    words.push(...actions.map(({ word }) => word));
  }
  return words.sort();
}

const sent = Array.from({ length: EVENTS }, (_, n) => `${n % 10 === 0 ? 'purchase' : 'view'}:c${n}`).sort();

describe("1,000 events of Segment's client are stored, each once,", () => {
  test('by a store that is well', async () => {
    const shop = createTracking(store.client);
    expect(await sendAll(await serve(createHandler(shop.deps)), 'well')).toEqual([]);
    expect(await stored(shop, 'well')).toEqual(sent);
  }, 60_000);

  test('by a store that is busy at random, before or after it wrote', async () => {
    const shop = createTracking(store.client);
    const random = createRandom(7);
    let refusals = 0;
    const sometimes = async <R>(work: () => Promise<R>): Promise<R> => {
      const fate = random();
      if (fate < 0.02 || fate > 0.98) refusals++;
      if (fate < 0.02) throw new StoreBusy();
      const result = await work();
      if (fate > 0.98) throw new StoreBusy();
      return result;
    };
    const handler = createHandler({
      ...shop.deps,
      actions: { put: (chunk: ActionChunk) => sometimes(() => shop.deps.actions.put(chunk)) },
      users: { touch: (touch) => sometimes(() => shop.deps.users.touch(touch)) },
    });
    expect(await sendAll(await serve(handler), 'busy')).toEqual([]);
    expect(refusals).toBeGreaterThan(10);
    expect(await stored(shop, 'busy')).toEqual(sent);
  }, 120_000);

  test('through a network that throttles and cuts connections, before or after the write', async () => {
    faults = await startFaults(store.port);
    const random = createRandom(11);
    const seen = new Set<string>();
    faults.decide = (operation) => {
      if (operation !== 'PutItem' && operation !== 'UpdateItem') return 'pass';
      const fate = random();
      const fault = fate < 0.1 ? 'throttle' : fate < 0.15 ? 'cut' : fate < 0.2 ? 'cut-after' : 'pass';
      seen.add(fault);
      return fault;
    };
    const client = createDynamoClient({ endpoint: faults.url });
    const handler = createHandler(createTracking(client).deps);
    expect(await sendAll(await serve(handler), 'cut')).toEqual([]);
    client.destroy();
    expect([...seen].sort()).toEqual(['cut', 'cut-after', 'pass', 'throttle']);
    expect(await stored(createTracking(store.client), 'cut')).toEqual(sent);
  }, 120_000);
});

test('a wrong write key drops the events with an error of the client, and stores nothing', async () => {
  const shop = createTracking(store.client);
  const host = await serve(createHandler({ ...shop.deps, keys: { ...shop.deps.keys, find: async () => undefined } }));
  const failures: string[] = [];
  const client = new Analytics({ writeKey: 'wrong', host, path: '/v1/batch', maxRetries: 0 });
  client.on('error', ({ code }) => failures.push(code));
  client.track({ userId: 'nobody', event: 'Product Viewed' });
  await client.closeAndFlush({ timeout: 10_000 });
  expect(failures).toHaveLength(1);
  expect(await shop.read('nobody')).toEqual([]);
}, 30_000);
