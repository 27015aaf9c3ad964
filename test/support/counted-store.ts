/** A store that notes each call: what it was of, items that came or went, and capacity units as DynamoDB bills them. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { startStore, type TestStore } from './store.ts';

export interface Counted {
  calls: number;
  items: number;
  units: number;
}

export interface CountedStore extends TestStore {
  /** By `Verb Table` or `Verb Table/Index`, since the last time. */
  take(): Record<string, Counted>;
}

interface Reply {
  Count?: number;
  Item?: unknown;
  Responses?: Record<string, unknown[]>;
  ConsumedCapacity?: Capacity | Capacity[];
}

interface Capacity {
  CapacityUnits: number;
}

export async function startCountedStore(): Promise<CountedStore> {
  const store = await startStore();
  let counts: Record<string, Counted> = {};

  const note = (verb: string, request: Record<string, unknown>, reply: Reply) => {
    const { TableName, IndexName, RequestItems } = request as Record<string, string> & { RequestItems?: object };
    const table = TableName ?? Object.keys(RequestItems!).join();
    const name = `${verb} ${IndexName ? `${table}/${IndexName}` : table}`;
    const of = counts[name] ?? { calls: 0, items: 0, units: 0 };
    const batch = Object.values(reply.Responses ?? {}).flat().length;
    const writes = /^(Put|Update|Delete)Item$/.test(verb);
    of.calls++;
    of.items += writes || reply.Item ? 1 : (reply.Count ?? batch);
    for (const { CapacityUnits } of [reply.ConsumedCapacity ?? []].flat()) of.units += CapacityUnits;
    counts[name] = of;
  };

  const forward = async (request: IncomingMessage, response: ServerResponse) => {
    const body = JSON.parse(await text(request));
    const { 'x-amz-target': target, authorization, 'x-amz-date': date, 'content-type': type } = request.headers;
    const reply = await fetch(store.url, {
      method: 'POST',
      headers: {
        'x-amz-target': String(target),
        authorization: authorization!,
        'x-amz-date': String(date),
        'content-type': type!,
      },
      body: JSON.stringify({ ...body, ReturnConsumedCapacity: 'TOTAL' }),
    });
    const answer = await reply.text();
    if (reply.ok) note(String(target).split('.')[1]!, body, JSON.parse(answer));
    response.writeHead(reply.status, { 'content-type': type! }).end(answer);
  };

  const server = createServer((request, response) => {
    forward(request, response).catch((error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.AWS_ENDPOINT_URL_DYNAMODB = url;
  return {
    ...store,
    url,
    take() {
      const taken = counts;
      counts = {};
      return taken;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await store.stop();
    },
  };
}
