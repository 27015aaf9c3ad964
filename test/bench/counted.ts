/**
 * What nights of shops of 10,000 and of 100,000 users asked of model, store and files, against the formulas that
 * `npm run cost` and docs/scale.md are made of: one count that differs fails it. The larger shop has a log of five days,
 * and one answer of the model stands for all of its users.
 */
import { isDeepStrictEqual } from 'node:util';
import { countNight } from '../support/counted-night.ts';
import { type Bench, resultOf } from './bench.ts';

const USERS = 10_000;
/** Five in six of them come on the first four days. */
const LARGE = { users: 120_000, days: 5, oneAnswer: true } as const;

const bench: Bench = async ({ scale, progress }) => {
  const count = async (users: number, options: { days?: number; oneAnswer?: boolean }) => {
    const night = await countNight(Math.max(100, Math.round(users * scale)), { ...options, progress });
    const { found, expected } = night;
    if (!isDeepStrictEqual(found, expected))
      throw new Error(`the night did ${JSON.stringify(found)}, the formulas say ${JSON.stringify(expected)}`);
    return night;
  };
  const large = await count(LARGE.users, LARGE);
  const { found, store, actions, fileBytes, seconds } = await count(USERS, {});
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
      large: { ...large.found, actions: large.actions, seconds: large.seconds },
    },
  );
};

export default bench;
