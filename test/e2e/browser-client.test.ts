/** Segment's browser client as it is published, on a page of another origin, in a real Chromium. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { createHandler } from '../../functions/ingest/handler.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { serve } from '../support/serve.ts';
import { startStore, type TestStore } from '../support/store.ts';
import { createTracking } from '../support/tracking.ts';

const chromium = await findChromium();
const CLIENT = new URL('../../node_modules/@segment/analytics-next/dist/umd/', import.meta.url);
const PATIENCE_MS = 20_000;

// biome-ignore lint/suspicious/noExplicitAny: what the client's script puts on the page
declare const AnalyticsNext: any;

(chromium ? describe : describe.skip)("Segment's browser client", () => {
  let store: TestStore;
  let shop: ReturnType<typeof createTracking>;
  let api: Awaited<ReturnType<typeof serve>>;
  let site: Server;
  let browser: Browser;
  let page: Page;
  /** Routes that were asked; the browser does not tell of what it sends from a page that is gone. */
  let asked: string[];

  beforeAll(async () => {
    store = await startStore();
    shop = createTracking(store.client);
    const handler = createHandler(shop.deps);
    api = await serve((event, context) => {
      asked.push(event.routeKey);
      return handler(event, context);
    });
    site = await startSite();
    browser = await launchChromium(chromium!);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    site?.close();
    await api?.close();
    await store?.stop();
  });

  async function open(): Promise<void> {
    page = await browser.newPage();
    asked = [];
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
  }

  const load = (settings: unknown = {}) =>
    page.evaluate(
      async ([cdnURL, options]) => {
        const { AnalyticsBrowser } = AnalyticsNext;
        const client = AnalyticsBrowser.load({ writeKey: 'write', cdnURL }, options);
        Object.assign(window, { client });
        await client;
      },
      [api.url, settings] as const,
    );

  const stored = async (userId: string, count: number): Promise<string[]> => {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const words = (await shop.read(userId)).map(({ word }) => word);
      if (words.length >= count || Date.now() > until) return words.sort();
      await sleep(50);
    }
  };

  test('finds out where to send, and what it sends is stored', async () => {
    await open();
    await load();
    await page.evaluate(async () => {
      const { client } = window as unknown as { client: typeof AnalyticsNext };
      await client.identify('b1', { email: 'max@example.com' });
      await client.page('Shop', 'Home');
      await client.track('Product Added', { category: 'Shoes', price: 5 });
    });
    expect(await stored('b1', 2)).toEqual(['cart:shoes', 'visit:shop']);
    expect(asked).toEqual(
      expect.arrayContaining(['GET /v1/projects/{key}/settings', 'POST /v1/t', 'POST /v1/i', 'POST /v1/p']),
    );
    await page.close();
  }, 60_000);

  test('sends what it kept back when the page goes away', async () => {
    await open();
    const deliveryStrategy = { strategy: 'batching', config: { size: 50, timeout: 600_000 } };
    await load({ integrations: { 'Segment.io': { deliveryStrategy } } });
    await page.evaluate(async () => {
      const { client } = window as unknown as { client: typeof AnalyticsNext };
      await client.identify('b2');
      for (let n = 0; n < 5; n++) await client.track('Product Viewed', { category: `c${n}` });
    });
    expect(await shop.read('b2')).toEqual([]);
    await page.goto('about:blank');
    expect(await stored('b2', 5)).toEqual(['view:c0', 'view:c1', 'view:c2', 'view:c3', 'view:c4']);
    expect(asked).toContain('POST /v1/b');
    await page.close();
  }, 60_000);

  test('a beacon of a page that goes away is stored, its key in the body', async () => {
    await open();
    await page.evaluate((url) => {
      addEventListener('pagehide', () => {
        const event = { type: 'track', userId: 'b3', event: 'Product Viewed', messageId: 'beacon' };
        navigator.sendBeacon(`${url}/v1/b`, JSON.stringify({ writeKey: 'write', batch: [event] }));
      });
    }, api.url);
    await page.goto('about:blank');
    expect(await stored('b3', 1)).toEqual(['view']);
    await page.close();
  }, 60_000);

  test('a page may send a key in the header, after a preflight', async () => {
    await open();
    const reply = await page.evaluate(async (url) => {
      const headers = { authorization: 'Bearer write', 'content-type': 'application/json', 'x-retry-count': '1' };
      const body = JSON.stringify({ userId: 'b4', event: 'Product Viewed' });
      return (await fetch(`${url}/v1/track`, { method: 'POST', headers, body })).json();
    }, api.url);
    expect(reply).toMatchObject({ success: true, accepted: 1 });
    expect(await stored('b4', 1)).toEqual(['view']);
    await page.close();
  }, 60_000);
});

/** A page of the shop with the client's own script. */
async function startSite(): Promise<Server> {
  const server = createServer(async (request, response) => {
    if (request.url === '/') {
      const html = '<!doctype html><title>Shop</title><script src="/index.js"></script>';
      response.writeHead(200, { 'content-type': 'text/html' }).end(html);
      return;
    }
    const file = await readFile(new URL(basename(request.url ?? ''), CLIENT)).catch(() => undefined);
    response.writeHead(file ? 200 : 404, { 'content-type': 'text/javascript' }).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
