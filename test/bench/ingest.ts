/** Events a second through HTTP in batches of 25, against one event a request. */
import { concurrently } from '../../functions/concurrently.ts';
import { type Bench, resultOf, withSystem } from './bench.ts';

const EVENTS = 6_000;
const SINGLE = 1_500;
const BATCH = 25;
const CONCURRENCY = 10;
const USERS = 400;

const bench: Bench = ({ scale, progress }) =>
  withSystem(['--empty'], async ({ url, keys }) => {
    const send = async (path: string, body: unknown): Promise<void> => {
      const reply = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${keys.write}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const { accepted, errors } = (await reply.json()) as { accepted?: number; errors?: unknown[] };
      if (!reply.ok || !accepted || errors?.length) throw new Error(`${path} answered ${reply.status}`);
    };
    const now = Date.now();
    /** A request of a server-side client: the latest events of its visitors. */
    const batchesOf = (name: string, count: number, size: number) =>
      Array.from({ length: Math.ceil(count / size) }, (_, batch) =>
        Array.from({ length: size }, (_, index) => event(`${name}-${batch}-${index}`, batch * size + index, now)),
      );
    const perSecond = async (count: number, work: () => Promise<unknown>): Promise<number> => {
      const start = performance.now();
      await work();
      return (count * 1000) / (performance.now() - start);
    };
    const runs: number[] = [];
    for (let run = 0; run < 3; run++) {
      progress(`batches, ${run + 1} of 3`);
      const batches = batchesOf(`b${run}`, Math.ceil(EVENTS * scale), BATCH);
      const work = () => concurrently(batches, CONCURRENCY, (batch) => send('/v1/batch', { batch }));
      runs.push(await perSecond(batches.length * BATCH, work));
    }
    progress('single events');
    const single = batchesOf('s', Math.ceil(SINGLE * scale), 1);
    const against = await perSecond(single.length, () =>
      concurrently(single, CONCURRENCY, ([one]) => send('/v1/track', one)),
    );
    return resultOf(Math.max(...runs), against, `events/s in batches of ${BATCH} (one a request)`, runs);
  });

function event(messageId: string, number: number, now: number): Record<string, unknown> {
  return {
    type: 'track',
    event: number % 9 === 0 ? 'Product Added' : 'Product Viewed',
    messageId,
    userId: `u${Math.floor(number / 5) % USERS}`,
    timestamp: new Date(now - (number % 3_600) * 1000).toISOString(),
    properties: { category: `c${number % 40}`, price: 19.9 },
  };
}

export default bench;
