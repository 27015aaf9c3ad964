/**
 * What a night of a shop of 10,000 users asked of model, store and files, against the formulas that `npm run cost` and
 * docs/scale.md are made of: one count that differs fails it.
 */
import { isDeepStrictEqual } from 'node:util';
import { type CountedNight, countNight } from '../support/counted-night.ts';
import { type Bench, type BenchResult, resultOf } from './bench.ts';

const USERS = 10_000;

const bench: Bench = async ({ scale, progress }) =>
  exactly(await countNight(Math.max(100, Math.round(USERS * scale)), { progress }));

export default bench;

/** @throws Error when a count is not what the formulas say */
export function exactly({ expected, found, store, actions, fileBytes, seconds }: CountedNight): BenchResult {
  if (!isDeepStrictEqual(found, expected))
    throw new Error(`the night did ${JSON.stringify(found)}, the formulas say ${JSON.stringify(expected)}`);
  const units = Object.fromEntries(
    Object.entries(store).map(([name, { items, units }]) => [name, Number((units / Math.max(1, items)).toFixed(3))]),
  );
  return resultOf(
    seconds.second,
    seconds.first,
    's (the night before, which asked the model for everyone)',
    [seconds.second],
    {
      ...found,
      actions,
      fileBytesPerUser: Math.round(fileBytes / found.users),
      unitsPerItem: units,
    },
  );
}
