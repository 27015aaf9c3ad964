/** The clients of the bench: two as they are published, one like curl, one of bulk imports. Each waits for its answer. */
import { setTimeout as sleep } from 'node:timers/promises';
import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { Analytics } from '@segment/analytics-node';
import { concurrently } from '../../functions/concurrently.ts';

export interface SentEvent {
  /** Which of the events it is; -1 for one that must be refused. */
  number: number;
  userId: string;
  messageId: string;
  event: string;
  timestamp: Date;
  properties: Record<string, string | number>;
}

export interface Client {
  /** Whether it sends an event as it is given, right or wrong. */
  sendsMalformed: boolean;
  /** @returns the numbers of the events that it was told are accepted */
  send(events: SentEvent[]): Promise<number[]>;
  close(): Promise<unknown>;
}

const BATCH = 25;
const LONGEST_PAUSE_MS = 2_000;
/** Its own pauses double without end. */
const RUDDER_PAUSE_MS = 500;

export function createClients(url: string, key: string): Client[] {
  return [segment(url, key), rudder(url, key), batches(url, key), lines(url, key)];
}

function segment(host: string, writeKey: string): Client {
  const client = new Analytics({
    writeKey,
    host,
    path: '/v1/batch',
    flushAt: BATCH,
    flushInterval: 100,
    maxRetries: 50,
  });
  client.on('error', () => {});
  return {
    sendsMalformed: false,
    send: (events) => told(events, ({ number: _, ...event }, callback) => client.track(event, callback)),
    close: () => client.closeAndFlush({ timeout: 30_000 }),
  };
}

function rudder(dataPlaneUrl: string, key: string): Client {
  const options = {
    dataPlaneUrl,
    flushAt: BATCH,
    flushInterval: 50,
    retryCount: 100,
    logLevel: 'none',
    axiosRetryConfig: { retryDelay: () => RUDDER_PAUSE_MS },
  };
  const client = new RudderAnalytics(key, options as ConstructorParameters<typeof RudderAnalytics>[1]);
  return {
    sendsMalformed: false,
    send: (events) => told(events, ({ number: _, ...event }, callback) => void client.track(event, callback)),
    close: () => client.flush(),
  };
}

/** Numbers of the events whose callback tells of no error. */
async function told(
  events: SentEvent[],
  track: (event: SentEvent, callback: (error?: unknown) => void) => void,
): Promise<number[]> {
  const numbers: number[] = [];
  await Promise.all(
    events.map(
      (event) =>
        new Promise<void>((resolve) => {
          track(event, (error) => {
            if (!error) numbers.push(event.number);
            resolve();
          });
        }),
    ),
  );
  return numbers;
}

function batches(url: string, key: string): Client {
  return {
    sendsMalformed: true,
    async send(events) {
      const parts: SentEvent[][] = [];
      for (let at = 0; at < events.length; at += BATCH) parts.push(events.slice(at, at + BATCH));
      const accepted = await concurrently(parts, 4, async (part) => {
        const batch = part.map(({ number: _, ...event }) => ({ type: 'track', ...event }));
        const { errors } = await post(`${url}/v1/batch`, key, JSON.stringify({ batch }));
        const refused = new Set(errors.map(({ index }) => index));
        return part.filter((_, index) => !refused.has(index)).map(({ number }) => number);
      });
      return accepted.flat();
    },
    close: async () => {},
  };
}

function lines(url: string, key: string): Client {
  return {
    sendsMalformed: true,
    async send(events) {
      const accepted: number[] = [];
      for (let left = events; left.length > 0; ) {
        const body = left.map(({ number: _, ...event }) => JSON.stringify({ type: 'track', ...event })).join('\n');
        const { errors } = await post(`${url}/v1/import`, key, body);
        const refused = new Map(errors.map(({ index, code }) => [index, code]));
        accepted.push(...left.filter((_, index) => !refused.has(index)).map(({ number }) => number));
        left = left.filter((_, index) => refused.get(index) === 'not-in-time');
      }
      return accepted;
    },
    close: async () => {},
  };
}

async function post(url: string, key: string, body: string): Promise<{ errors: { index: number; code: string }[] }> {
  for (let pause = 50; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
    const reply = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body }).catch(
      () => {},
    );
    if (reply?.ok) {
      const answer = (await reply.json().catch(() => undefined)) as Awaited<ReturnType<typeof post>> | undefined;
      if (answer) return answer;
    } else if (reply && reply.status < 500 && reply.status !== 429) {
      throw new Error(`${url} answered ${reply.status}: ${await reply.text()}`);
    }
    await sleep(pause * (0.5 + Math.random() / 2));
  }
}
