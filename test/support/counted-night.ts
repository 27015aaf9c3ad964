/** A simulated shop whose second night is counted, beside what lib/cost says of a shop of its shape. */

import { paddedLength } from '../../core/model/batches.ts';
import { LENGTHS, type ModelOutput, type Scorer } from '../../core/model/contract.ts';
import type { ObjectStore } from '../../core/ports/objects.ts';
import { buildSequence } from '../../core/sequences.ts';
import { drawShop, simulateUsers } from '../../core/simulation/index.ts';
import { addDays } from '../../core/time.ts';
import { createVocabulary } from '../../core/vocabulary.ts';
import { concurrently } from '../../functions/concurrently.ts';
import { getFinish } from '../../functions/nightly/state.ts';
import { type NightCounts, nightCounts, type ShardShape } from '../../lib/cost/night.ts';
import { type Counted, type CountedStore, startCountedStore } from './counted-store.ts';
import { openShop } from './shop.ts';

const FILLERS = 16;
const START = '2026-01-01';
export interface CountedNight {
  expected: NightCounts;
  found: NightCounts;
  /** What the store was asked during that night. */
  store: Record<string, Counted>;
  /** Actions of all users that are kept; bytes of the files of the night. */
  actions: number;
  fileBytes: number;
  seconds: { first: number; second: number };
}

interface Options {
  /** Days of the log. */
  days?: number;
  /** One answer of the model stands for all: what is counted does not hang on what it says. */
  oneAnswer?: boolean;
  progress?(text: string): void;
}

export async function countNight(users: number, options: Options = {}): Promise<CountedNight> {
  const { days = 60, oneAnswer = false, progress = () => {} } = options;
  // The run whose day is the last one of the log knows all but that day; the next one is counted.
  const firstNight = addDays(START, days - 1);
  const night = addDays(firstNight, 1);
  let store: CountedStore | undefined;
  const files = countFiles();
  const shop = await openShop(
    'UTC',
    ({ objects, scorer }) => ({
      objects: files.count(objects),
      ...(oneAnswer && { scorer: answeringOnce(scorer) }),
    }),
    async () => {
      store = await startCountedStore();
      return store;
    },
  );
  try {
    const { manifest, vocabulary } = await shop.deps.bundles.live();
    const known = createVocabulary(vocabulary);
    const shapes = new Map<string, { users: number; asked: number[] }>();
    let actions = 0;
    const simulated = [...simulateUsers(drawShop(7, { kind: 'demo', users, days, start: START }))];
    // Whoever is new on the last day is not in the sample of the plan, and would need a count of its own.
    const there = simulated.filter(({ actions: [first] }) => first && dayOf(first.at) < firstNight);
    await concurrently(there, FILLERS, async ({ id, actions: given }) => {
      const words = given.map(({ type, category, at }): [string, string] => [
        new Date(at).toISOString(),
        category ? `${type}:${category}` : type,
      ]);
      const user = await shop.act(id, ...words);
      actions += words.length;
      const shape = shapes.get(user.slice(0, 2)) ?? { users: 0, asked: LENGTHS.map(() => 0) };
      shapes.set(user.slice(0, 2), shape);
      shape.users++;
      if (dayOf(given.at(-1)!.at) === firstNight) {
        const stored = await shop.deps.actions.read(user);
        const positions = buildSequence(stored, shop.deps.zone, known).words.length;
        shape.asked[(LENGTHS as readonly number[]).indexOf(paddedLength(positions))]!++;
      }
      progress(`${actions} actions`);
    });
    progress('the first night');
    const first = await timed(() => shop.nightly(firstNight));
    store!.take();
    files.reset();
    const lookedBack = shop.lookedBack.length;
    progress('the night that is counted');
    const second = await timed(() => shop.nightly(night));
    const { finish } = second.result;
    if (shop.lookedBack.length > lookedBack) throw new Error(`${manifest.version} looked back twice in a week`);
    const calls = store!.take();
    const state = (await getFinish(shop.deps.runs, night))!;
    const shards = [...shapes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, shape]): ShardShape => shape);
    const of = (name: string) => calls[name] ?? { calls: 0, items: 0, units: 0 };
    return {
      expected: nightCounts({
        shards,
        history: actions / there.length,
        lists: Object.values(state.bands),
        hasBefore: true,
        judged: 1,
      }),
      found: {
        users: finish.scored,
        modelCalls: finish.modelCalls,
        modelRequests: finish.modelRequests,
        rowsListed: of('Query Users/byShard').items,
        usersRead: of('BatchGetItem Users').items,
        userBatches: of('BatchGetItem Users').calls,
        historiesRead: of('Query Actions').calls,
        forecastsWritten: of('UpdateItem Users').items,
        runsRead: of('GetItem Runs').calls + of('Query Runs').items,
        runsWritten: of('PutItem Runs').items,
        filesRead: files.counts.read,
        filesWritten: files.counts.written,
        filesRemoved: files.counts.removed,
        children: calls['PutItem Runs']!.items - 4,
      },
      store: calls,
      actions,
      fileBytes: files.counts.bytes,
      seconds: { first: first.seconds, second: second.seconds },
    };
  } finally {
    await shop.stop();
  }
}

const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const start = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - start) / 1_000 };
}

/** Asks for the first user that ever comes, and answers that for everyone. */
function answeringOnce(scorer: Scorer): Scorer {
  let first: ModelOutput | undefined;
  return {
    async score(input) {
      first ??= await scorer.score(input);
      const { bins } = first;
      const rows = <T extends Float32Array | BigInt64Array>(all: T, made: T): T => {
        const width = made.length / input.batch;
        for (let row = 0; row < input.batch; row++) made.set(all.subarray(0, width) as never, row * width);
        return made;
      };
      const floats = (all: Float32Array) => rows(all, new Float32Array((all.length / first!.batch) * input.batch));
      return {
        batch: input.batch,
        bins,
        hazard: floats(first.hazard),
        pBuy: floats(first.pBuy),
        nextWord: rows(first.nextWord, new BigInt64Array(10 * input.batch)),
        nextWordP: floats(first.nextWordP),
        nextLocalP: floats(first.nextLocalP),
      };
    },
  };
}

function countFiles() {
  const none = () => ({ read: 0, written: 0, removed: 0, bytes: 0 });
  const all = {
    counts: none(),
    reset() {
      all.counts = none();
    },
    count: (objects: ObjectStore): ObjectStore => ({
      ...objects,
      async get(name) {
        all.counts.read++;
        return objects.get(name);
      },
      async put(name, body) {
        all.counts.written++;
        all.counts.bytes += body.length;
        await objects.put(name, body);
      },
      async remove(name) {
        all.counts.removed++;
        await objects.remove(name);
      },
    }),
  };
  return all;
}
