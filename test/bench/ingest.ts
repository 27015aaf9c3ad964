/** Events a second through HTTP: batches of one user, batches of many, single events; and the wait at half that load. */
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { concurrently } from '../../functions/concurrently.ts';
import { type Bench, quantile, resultOf, withSystem } from './bench.ts';
import { exchange } from './exchange.ts';

const BATCH = 25;
/** What batches of one user and single events must reach, events a second. */
const AIM = 3_500;
const AIM_SINGLE = 600;
const AIM_P99_MS = 250;
const BATCHES = 800;
const MIXED = 120;
const SINGLE = 3_000;
const CONCURRENCY = 10;
const LATENCY_SECONDS = 10;
const RUNS = 3;

const bench: Bench = ({ scale, progress }) =>
  withSystem(['--empty'], async ({ url, keys }) => {
    const agent = new Agent({ keepAlive: true });
    const send = (path: string, body: unknown) => post(agent, `${url}${path}`, keys.write, body);
    const perSecond = async (count: number, work: () => Promise<unknown>): Promise<number> => {
      const start = performance.now();
      await work();
      return (count * 1000) / (performance.now() - start);
    };
    const throughput = (name: string, count: number, userOf: (batch: number, index: number) => string) => {
      const batches = batchesOf(name, Math.ceil(count * scale), BATCH, userOf);
      const work = () => concurrently(batches, CONCURRENCY, (batch) => send('/v1/batch', { batch }));
      return perSecond(batches.length * BATCH, work);
    };
    await throughput('warm', BATCHES / 4, (batch) => `w${batch}`);
    const runs: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      progress(`batches of one user each, ${run + 1} of ${RUNS}`);
      runs.push(await throughput(`one${run}`, BATCHES, (batch) => `u${batch % 400}`));
    }
    progress('batches of 25 users');
    const mixed = await throughput('mixed', MIXED, (batch, index) => `m${(batch * BATCH + index) % 1_000}`);
    progress('single events');
    const singles = batchesOf('single', Math.ceil(SINGLE * scale), 1, (batch) => `s${batch % 400}`);
    const single = await perSecond(singles.length, () =>
      concurrently(singles, CONCURRENCY, ([one]) => send('/v1/track', one)),
    );
    progress(`${AIM / 2} events a second`);
    const latencies = await latenciesAt(AIM / 2 / BATCH, Math.max(1, LATENCY_SECONDS * scale), (batch) =>
      send('/v1/batch', { batch }),
    );
    agent.destroy();
    return resultOf(Math.max(...runs), AIM, `events/s in batches of ${BATCH} of one user (aim)`, runs, {
      single: Math.round(single),
      singleAim: AIM_SINGLE,
      batchesOf25Users: Math.round(mixed),
      p99AtHalf: Math.round(quantile(latencies, 0.99)),
      p99Aim: AIM_P99_MS,
      p50AtHalf: Math.round(quantile(latencies, 0.5)),
    });
  });

/** Requests sent when they are due, whatever is still open: a stall counts for every one that falls into it. */
async function latenciesAt(
  rate: number,
  seconds: number,
  send: (batch: unknown[]) => Promise<void>,
): Promise<number[]> {
  const batches = batchesOf('half', Math.ceil(rate * seconds), BATCH, (batch) => `h${batch % 400}`);
  const latencies: number[] = [];
  const start = performance.now();
  const open = batches.map(async (batch, number) => {
    await sleep(Math.max(0, start + (number * 1000) / rate - performance.now()));
    const sent = performance.now();
    await send(batch);
    latencies.push(performance.now() - sent);
  });
  await Promise.all(open);
  return latencies;
}

function batchesOf(name: string, count: number, size: number, userOf: (batch: number, index: number) => string) {
  const now = Date.now();
  return Array.from({ length: count }, (_, batch) =>
    Array.from({ length: size }, (_, index) => {
      const number = batch * size + index;
      return {
        type: 'track',
        event: number % 9 === 0 ? 'Product Added' : 'Product Viewed',
        messageId: `${name}-${batch}-${index}`,
        userId: userOf(batch, index),
        timestamp: new Date(now - (number % 3_600)).toISOString(),
        properties: { category: `c${number % 40}`, price: 19.9 },
      };
    }),
  );
}

async function post(agent: Agent, url: string, key: string, body: unknown): Promise<void> {
  const text = JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  };
  const reply = await exchange(agent, url, { method: 'POST', headers, body: text });
  const { accepted, errors } = JSON.parse(reply.text) as { accepted?: number; errors?: unknown[] };
  if (reply.status !== 200 || !accepted || errors?.length !== 0) throw new Error(`${url} answered ${reply.status}`);
}

export default bench;
