/** RudderStack's client and curl, unmodified, over HTTP and a real store. */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { createHandler } from '../../../functions/ingest/handler.ts';
import { serve } from '../../support/serve.ts';
import { startStore, type TestStore } from '../../support/store.ts';
import { createTracking } from '../../support/tracking.ts';

let store: TestStore;
let shop: ReturnType<typeof createTracking>;
let api: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  store = await startStore();
  shop = createTracking(store.client);
  api = await serve(createHandler(shop.deps));
});
afterAll(async () => {
  await api.close();
  await store.stop();
});

test("RudderStack's client delivers each event once, gzip and all", async () => {
  const client = new RudderAnalytics('write', { dataPlaneUrl: api.url, flushAt: 20, logLevel: 'error' });
  for (let n = 0; n < 100; n++) {
    client.track({ userId: `rudder${n % 4}`, event: 'Product Viewed', properties: { category: `c${n}` } });
  }
  client.identify({ userId: 'rudder0', traits: { email: 'max@example.com' } });
  // A flush sends one batch of those that wait.
  let words: string[] = [];
  for (const until = Date.now() + 30_000; words.length < 100 && Date.now() < until; await sleep(50)) {
    await client.flush();
    words = [];
    for (let n = 0; n < 4; n++) words.push(...(await shop.read(`rudder${n}`)).map(({ word }) => word));
  }
  expect(words.sort()).toEqual(Array.from({ length: 100 }, (_, n) => `view:c${n}`).sort());
}, 60_000);

test('curl sends a call, a batch and an import', async () => {
  const curl = async (path: string, ...more: string[]) =>
    JSON.parse((await promisify(execFile)('curl', ['-sS', ...more, `${api.url}${path}`])).stdout);
  const event = { type: 'track', userId: 'curl', event: 'Order Completed', messageId: 'o1' };
  expect(await curl('/v1/track', '-u', 'write:', '-d', JSON.stringify(event))).toMatchObject({ accepted: 1 });
  const batch = JSON.stringify({ writeKey: 'write', batch: [event] });
  expect(await curl('/v1/batch', '--json', batch)).toMatchObject({ accepted: 1 });
  const key = ['-H', 'Authorization: Bearer write'];
  const line = '{"type":"view","user":"curl","category":"hats"}';
  expect(await curl('/v1/import', ...key, '--data-binary', line)).toMatchObject({ accepted: 1 });
  expect((await shop.read('curl')).map(({ word }) => word).sort()).toEqual(['purchase', 'view:hats']);
});
