/**
 * How many users a second the model scores, each with 64 actions: the product's scorer, against the naive way of asking
 * Transformers' `generate()` for the next word, one user at a time at the same size. One answer of ours serves 31 days.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadModel } from '../../adapters/onnx.ts';
import { ensurePython } from '../../cli/python.ts';
import { batchesOf } from '../../core/model/batches.ts';
import type { Sequence } from '../../core/model/contract.ts';
import { createRandom } from '../../core/simulation/random.ts';
import { concurrently } from '../../functions/concurrently.ts';
import { CALLS_AT_ONCE } from '../../functions/nightly/score-shard/forecast-users.ts';
import { ROOT } from '../support/system.ts';
import { type Bench, resultOf } from './bench.ts';

const USERS = 10_000;
const ACTIONS = 64;
const NAIVE_USERS = 200;
const SINGLE_CALLS = 300;
const THREADS = 2;
const DAY = 86_400;
const ORIGIN = 20_000 * DAY;
const BUNDLE = join(ROOT, 'model/bundles/tiny');

const bench: Bench = async ({ scale, progress }) => {
  const model = await loadModel(BUNDLE, THREADS);
  const { shopStatistics, size, members } = model.bundle.manifest;
  const shop = new Float32Array(shopStatistics.length).fill(-1);
  const users = Math.max(64, Math.round(USERS * scale));
  const sequences = Array.from({ length: users }, (_, user) => sequenceOf(user));
  for (const { input } of batchesOf(sequences.slice(0, 64), shop, ORIGIN)) await model.score(input);

  progress(`the product's scorer, ${users} users`);
  let start = performance.now();
  // As many calls under way as a shard of the nightly run has.
  await concurrently(batchesOf(sequences, shop, ORIGIN), CALLS_AT_ONCE, ({ input }) => model.score(input));
  const seconds = (performance.now() - start) / 1000;

  const calls = Math.max(10, Math.round(SINGLE_CALLS * scale));
  progress('one call per user and day');
  start = performance.now();
  for (const sequence of sequences.slice(0, calls))
    for (const { input } of batchesOf([sequence], shop, ORIGIN)) await model.score(input);
  const single = calls / ((performance.now() - start) / 1000);

  progress('generate(), one user at a time');
  const python = await ensurePython(progress);
  const asked = Math.max(10, Math.round(NAIVE_USERS * scale));
  const { stdout } = await promisify(execFile)(python, [
    ...['-W', 'ignore', join(ROOT, 'test/bench/generate.py'), size],
    ...[String(asked), String(ACTIONS), String(THREADS)],
  ]);
  const naive = JSON.parse(stdout.trim().split('\n').at(-1)!).usersPerSecond as number;
  return resultOf(users / seconds, naive, 'users/s (generate() of one user, next word)', [users / seconds], {
    users,
    secondsForAll: Number(seconds.toPrecision(4)),
    ...{ size, members },
    // To know each of 31 days of silence, the naive scorer asks 31 times.
    oneCallPerUserAndDay: Number(single.toPrecision(4)),
    userDaysPerSecond: Number(((31 * users) / seconds).toPrecision(4)),
  });
};

function sequenceOf(user: number): Sequence {
  const random = createRandom(user, 0x73636f72);
  let at = ORIGIN - 80 * DAY;
  return {
    words: Int32Array.from({ length: ACTIONS }, () => random.integer(1, 10)),
    at: Float64Array.from({ length: ACTIONS }, () => {
      at += random.integer(0, 2 * DAY);
      return Math.min(at, ORIGIN - 1);
    }),
    count: new Float32Array(ACTIONS).fill(1),
    local: Int32Array.from({ length: ACTIONS }, () => random.integer(0, 9)),
    categories: [],
  };
}

export default bench;
