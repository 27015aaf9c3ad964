/**
 * Shops of 300 users: what `train` makes of them, against the bundle as shipped and against training from nothing. Judged on
 * their days after the cut-off by the exact probabilities that they were drawn from: log-loss beyond the least there is.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createTrainingDataWriter } from '../../adapters/training-data.ts';
import type { Context } from '../../cli/framework.ts';
import { ensurePython } from '../../cli/python.ts';
import { writeTrainingSet } from '../../cli/training-set.ts';
import { createActionLogBuilder } from '../../core/action-log.ts';
import { wordOf } from '../../core/actions/action.ts';
import { SHOP_STATISTICS } from '../../core/shop-statistics.ts';
import { feedShop } from '../../core/simulation/feed.ts';
import { simulateForTraining } from '../../core/simulation/training.ts';
import { addDays, type Day, dayNumber, zoneOf } from '../../core/time.ts';
import { createVocabulary } from '../../core/vocabulary.ts';
import { ROOT } from '../support/system.ts';
import { type Bench, resultOf, withTemporaryFolder } from './bench.ts';

/** Nothing was trained on these seeds. */
const FIRST_SEED = 930_000;
const KINDS = ['browsing', 'fashion', 'durables', 'purchase-only', 'replenishment', 'grocery', 'invoice'] as const;
const OF_EACH = 3;
const SEEDS = 2;
const USERS = 300;
const [START, DAYS, CUT] = ['2026-01-01' as Day, 180, 150];
const BUNDLE = join(ROOT, 'model/bundles/tiny');

interface Losses {
  least: number;
  shipped: number;
  trained: number;
  nothing: number;
}

const bench: Bench = async ({ scale, progress }) =>
  withTemporaryFolder(async (folder) => {
    const shops = Math.max(2, Math.round(KINDS.length * OF_EACH * scale));
    const seeds = scale < 1 ? 1 : SEEDS;
    const places = Array.from({ length: shops }, (_, i) =>
      join(folder, `${KINDS[i % KINDS.length]}-${FIRST_SEED + i}`),
    );
    for (const [i, place] of places.entries()) write(place, FIRST_SEED + i, KINDS[i % KINDS.length]!, progress);
    const python = await ensurePython(progress);
    const script = ['-W', 'ignore', join(ROOT, 'test/bench/start.py'), BUNDLE, String(seeds), ...places];
    const child = spawn(python, script, { stdio: ['ignore', 'pipe', 'pipe'] });
    const closed = once(child, 'close');
    createInterface({ input: child.stderr }).on('line', progress);
    let last = '';
    for await (const line of createInterface({ input: child.stdout })) last = line;
    const [code] = await closed;
    if (code !== 0) throw new Error(`start.py ended with ${code}`);
    const found = JSON.parse(last) as Losses[];
    const beyond = (name: keyof Losses) => found.map((losses) => losses[name] - losses.least);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [trained, shipped, nothing] = [beyond('trained'), beyond('shipped'), beyond('nothing')];
    const more = {
      shops,
      seeds,
      nothing: mean(nothing),
      trainedLessShipped: difference(trained, shipped),
      trainedLessNothing: difference(trained, nothing),
      each: found.map((losses, i) => ({ kind: KINDS[i % KINDS.length], ...losses })),
    };
    return resultOf(mean(trained), mean(shipped), 'log-loss beyond the truth’s (as shipped)', trained, more);
  });

/** Mean difference over shops with a 95 % interval. */
function difference(ours: number[], theirs: number[]): { mean: number; low: number; high: number } {
  const each = ours.map((value, i) => value - theirs[i]!);
  const mean = each.reduce((sum, value) => sum + value, 0) / each.length;
  const variance = each.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, each.length - 1);
  const half = 1.96 * Math.sqrt(variance / each.length);
  return { mean, low: mean - half, high: mean + half };
}

/** A shop before the cut-off as its own log, and its days from then on with their truth. */
function write(place: string, seed: number, kind: (typeof KINDS)[number], progress: (text: string) => void): void {
  progress(`shop ${seed}, ${kind}`);
  const options = { kind, users: USERS, days: DAYS, start: START, activeDays: 90, queriesPerUser: 24 };
  const log = createActionLogBuilder();
  for (const { id, actions } of simulateForTraining(seed, options).users)
    for (const { type, category, at } of actions) log.add(id, { word: wordOf(type, category), at });
  const until = addDays(START, CUT);
  const source = { log: log.finish(), zone: zoneOf('UTC'), file: null };
  writeTrainingSet({ progress } as Context, source, join(place, 'before'), { until, activeDays: 90, seed: 0 });
  const vocabulary = createVocabulary(JSON.parse(readFileSync(join(place, 'before', 'vocabulary.json'), 'utf8')));
  const shop = feedShop(seed, vocabulary, options);
  const writer = createTrainingDataWriter(join(place, 'after'), 'survival');
  const rows = new Map([...shop.statistics].map(([day, vector]) => [day, writer.addShopRow(vector)]));
  for (const window of shop.windows) {
    const queries = window.queries
      .filter(({ day }) => day >= dayNumber(until))
      .map(({ survival, ...query }) => ({ ...query, shopRow: rows.get(query.day)!, target: { survival } }));
    if (queries.length > 0) writer.addWindow({ ...window, group: 0, queries });
  }
  writer.finish({ vocabulary: vocabulary.words, shopStatistics: SHOP_STATISTICS });
}

export default bench;
