/**
 * Bodies and headers that no client should send: none of them may fail the server, make it grow, or leave anything in the
 * store that does not belong there.
 */
import { Buffer } from 'node:buffer';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { type Action, isActionType, typeOf } from '../../core/actions/action.ts';
import { unpackActions } from '../../core/actions/packing.ts';
import { TABLES, type TableName } from '../../core/tables.ts';
import { concurrently } from '../../functions/concurrently.ts';
import { createHandler } from '../../functions/ingest/handler.ts';
import { ROUTES } from '../../functions/routes.ts';
import { matchRoute, toEvent } from '../../local/gateway-event.ts';
import { startStore, type TestStore } from '../support/store.ts';
import { createTracking } from '../support/tracking.ts';
import { type Bench, resultOf } from './bench.ts';
import { createFuzz, PLANTED } from './fuzz-bodies.ts';

const REQUESTS = 100_000;
const CONCURRENCY = 8;
const ROUND = 1_000;
/** What the process may grow by between the first tenth and the end, bytes. */
const GROWTH = 100 * 1024 * 1024;
const PATHS = ROUTES.filter((route) => route.function === 'ingest').map(({ method, path }) => ({ method, path }));

const bench: Bench = async ({ scale, progress }) => {
  const store = await startStore();
  try {
    const shop = createTracking(store.client);
    await shop.deps.rules.putWebhookSecret('shop', 'a secret of the test');
    const handler = createHandler(shop.deps);
    const fuzz = createFuzz(11);
    const statuses: Record<string, number> = {};
    const requests = Math.ceil(REQUESTS * scale);
    let least = 0;
    for (let from = 0; from < requests; from += ROUND) {
      const numbers = Array.from({ length: Math.min(ROUND, requests - from) }, (_, n) => from + n);
      await concurrently(numbers, CONCURRENCY, async (number) => {
        const route = PATHS[number % PATHS.length]!;
        const { body, headers, query } = fuzz(route.path);
        const url = `${route.path.replace('{source}', 'shop').replace('{key}', 'write')}${query}`;
        const event = toEvent(
          {
            method: route.method,
            url,
            rawHeaders: Object.entries(headers).flat(),
            body,
            protocol: 'HTTP/1.1',
            sourceIp: '127.0.0.1',
            requestId: `r${number}`,
            time: Date.now(),
          },
          matchRoute(route.method, url.split('?')[0]!)!,
        );
        const { statusCode = 0, body: answer = '' } = await handler(event);
        statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
        if (statusCode >= 500 || statusCode < 200)
          throw new Error(`request ${number} to ${url} answered ${statusCode}`);
        if (PLANTED.test(answer)) throw new Error(`request ${number} to ${url} was answered with what it sent`);
      });
      if (PLANTED.test(JSON.stringify(shop.logged))) throw new Error('what was sent stands in the log');
      shop.logged.length = 0;
      if (from + ROUND >= requests / 10 && least === 0) least = memory();
      progress(`${from + numbers.length} of ${requests} requests`);
    }
    await shop.deps.ledger.flush();
    const grew = memory() - least;
    if (grew > GROWTH) throw new Error(`memory grew by ${grew / 1024 / 1024} MB`);
    const stored = await checkStore(store);
    return resultOf(requests, REQUESTS, 'requests without a 5xx (aim)', [requests], {
      statuses,
      stored,
      grewMB: Math.round(grew / 1024 / 1024),
    });
  } finally {
    await store.stop();
  }
};

/** What the process holds on to, bytes: without what the next collection would free. */
function memory(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** @returns items by table @throws Error naming what does not belong there */
async function checkStore(store: TestStore): Promise<Record<string, number>> {
  const items: Record<string, number> = {};
  for (const table of Object.keys(TABLES) as TableName[]) {
    let from: Record<string, unknown> | undefined;
    do {
      const page = await store.client.send(new ScanCommand({ TableName: table, ExclusiveStartKey: from }));
      for (const item of page.Items ?? []) {
        items[table] = (items[table] ?? 0) + 1;
        checkItem(table, item);
      }
      from = page.LastEvaluatedKey;
    } while (from);
  }
  return items;
}

const ATTRIBUTES: Partial<Record<TableName, string[]>> = {
  Actions: ['user', 'dayChunk', 'p', 's', 'r', 'expires'],
  Sources: ['day', 'source', 'value', 'expires'],
};

function checkItem(table: TableName, item: Record<string, unknown>): void {
  // Encrypted ids are bytes, and hold what was sent as an id.
  const actions = table === 'Actions' ? unpackActions(item.p as Uint8Array) : [];
  const text = JSON.stringify([item, actions], (_, value) => (value instanceof Uint8Array ? 'bytes' : value));
  if (PLANTED.test(text)) throw new Error(`an item of ${table} holds what was planted: ${Object.keys(item)}`);
  const strange = Object.keys(item).filter((name) => ATTRIBUTES[table] && !ATTRIBUTES[table].includes(name));
  if (strange.length > 0) throw new Error(`an item of ${table} has ${strange}`);
  if (table !== 'Actions') return;
  if (!/^[0-9a-f]{64}$/.test(String(item.user))) throw new Error('an action is not under a pseudonym');
  for (const action of actions) checkAction(action);
}

function checkAction({ word, at, id, value = 0, quantity = 0 }: Action): void {
  const latest = Date.now() + 86_400_000;
  const fits =
    isActionType(typeOf(word)) &&
    word.isWellFormed() &&
    Array.from(word).length <= 160 &&
    at >= 0 &&
    at <= latest &&
    Buffer.byteLength(id) <= 270 &&
    Number.isFinite(value) &&
    Number.isFinite(quantity);
  if (!fits)
    throw new Error(`an action that cannot be: ${JSON.stringify({ type: typeOf(word), at, value, quantity })}`);
}

export default bench;
