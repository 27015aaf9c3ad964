/**
 * Latency of timing answers at 100 requests a second on a scored shop, against the 10 ms that 99 of 100 may take. Beside
 * it, in the same run, that of a bare node:http server which answers `{}`: what the machine's own stalls cost.
 */
import { once } from 'node:events';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { BANDS } from '../../core/scores.ts';
import { type Bench, quantile, resultOf, withSystem } from './bench.ts';
import { exchange } from './exchange.ts';

const USERS = 300;
const RATE = 100;
const SECONDS = 10;
const WARM_UP = 200;
const AIM_MS = 10;

const bench: Bench = ({ scale, progress }) => {
  progress('starting a shop');
  return withSystem(['--users', String(Math.ceil(USERS * Math.max(scale, 0.1)))], async ({ url, keys }) => {
    const agent = new Agent({ keepAlive: true });
    const get = async <T>(path: string): Promise<T> =>
      JSON.parse(await textOf(agent, `${url}${path}`, { authorization: `Bearer ${keys.read}` })) as T;
    const users: string[] = [];
    for (const band of BANDS) {
      const page = await get<{ users: { user: string }[] }>(`/v1/audiences/${band}?limit=1000`);
      users.push(...page.users.map(({ user }) => user));
    }
    if (users.length === 0) throw new Error('the shop has no scored users');
    const ask = (n: number) => get(`/v1/users/~${users[n % users.length]}/timing`);
    for (let n = 0; n < WARM_UP; n++) await ask(n);

    progress(`${RATE} requests a second`);
    const latencies = await latenciesOf(ask, RATE * SECONDS * scale);
    progress('the same of a bare server');
    const bare = await withBareServer((bareUrl) => latenciesOf(() => textOf(agent, bareUrl), RATE * SECONDS * scale));
    agent.destroy();
    const [p50, p99] = [quantile(latencies, 0.5), quantile(latencies, 0.99)];
    const more = {
      p50: Number(p50.toPrecision(4)),
      bareP99: Number(quantile(bare, 0.99).toPrecision(4)),
      requests: latencies.length,
      users: users.length,
    };
    return resultOf(p99, AIM_MS, `ms, p99 at ${RATE} requests/s (aim)`, [p99], more);
  });
};

async function textOf(agent: Agent, url: string, headers: Record<string, string> = {}): Promise<string> {
  const { status, text } = await exchange(agent, url, { headers });
  if (status !== 200) throw new Error(`${url} answered ${status}`);
  return text;
}

/** Each request is sent when it is due, whatever is still open: a stall counts for every request that falls into it. */
async function latenciesOf(ask: (n: number) => Promise<unknown>, requests: number): Promise<number[]> {
  const latencies: number[] = [];
  const asked: Promise<void>[] = [];
  const start = performance.now();
  for (let n = 0; n < requests; n++) {
    const wait = start + (n * 1000) / RATE - performance.now();
    if (wait > 0) await sleep(wait);
    const sent = performance.now();
    asked.push(ask(n).then(() => void latencies.push(performance.now() - sent)));
  }
  await Promise.all(asked);
  return latencies;
}

const BARE_SERVER = `
  const { createServer } = require('node:http');
  const server = createServer((_, reply) => reply.end('{}')).listen(0, '127.0.0.1', () =>
    require('node:worker_threads').parentPort.postMessage(server.address().port));
`;

async function withBareServer<T>(use: (url: string) => Promise<T>): Promise<T> {
  const worker = new Worker(BARE_SERVER, { eval: true, execArgv: [] });
  try {
    const [port] = await once(worker, 'message');
    return await use(`http://127.0.0.1:${port}/`);
  } finally {
    await worker.terminate();
  }
}

export default bench;
