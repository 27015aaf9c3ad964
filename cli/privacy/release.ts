/** A public release: the cells of a day, their noise, and the budget in Settings. */
import { randomBytes } from 'node:crypto';
import { NEW } from '../../core/demand/outlook.ts';
import type { ObjectStore } from '../../core/ports/objects.ts';
import type { SettingStore } from '../../core/ports/settings.ts';
import { type Budget, spend, spentOf, USUAL_BUDGET } from '../../core/privacy/budget.ts';
import { type Cell, type NoiseOptions, type PublicCell, type Uniform, withNoise } from '../../core/privacy/noise.ts';
import { BANDS } from '../../core/scores.ts';
import type { Day } from '../../core/time.ts';
import { getList, listAudiences } from '../../functions/audiences/kept.ts';
import { getDemand } from '../../functions/runs/demand-files.ts';
import { Failure } from '../framework.ts';

const KIND = 'privacy';
const BUDGET = 'budget';
const RELEASES = 'privacy-release';

export interface Release {
  name: string;
  options: NoiseOptions;
  cells: PublicCell[];
  /** Of all releases, this one included. */
  spent: number;
  total: number;
}

/** 53 bits of the operating system's randomness. */
export const secret: Uniform = () => Number(randomBytes(8).readBigUInt64BE() >> 11n) / 2 ** 53;

/**
 * Bands and the shop's own audiences by their number of users. A user is in one band, and at most once in each audience.
 * @throws Failure
 */
export async function audienceCells(settings: SettingStore, day: Day): Promise<{ cells: Cell[]; sensitivity: number }> {
  const own = (await listAudiences(settings)).map(({ name }) => name);
  const cells: Cell[] = [];
  for (const name of [...BANDS, ...own]) {
    const list = await getList(settings, name, day);
    if (list) cells.push({ name, value: list.count });
  }
  if (cells.length === 0) throw new Failure(`no audience was put together on ${day}`, 'name another --day');
  return { cells, sensitivity: 1 + own.length };
}

/**
 * Users expected to buy over some days together, by category. A user adds a probability to each day, at most 1 over all
 * categories, and so at most the number of days.
 * @throws Failure
 */
export async function demandCells(
  objects: ObjectStore,
  day: Day,
  days: number,
): Promise<{ cells: Cell[]; sensitivity: number }> {
  const outlook = await getDemand(objects, day);
  if (!outlook) throw new Failure(`the run of ${day} left no demand`, 'run it again, or name another --day');
  const known = outlook.series.filter(({ category }) => category !== null && category !== NEW);
  const cells = known.map(({ category, mean }) => ({
    name: category!,
    value: mean.slice(0, days).reduce((sum, each) => sum + each, 0),
  }));
  return { cells, sensitivity: days };
}

/**
 * Draws the noise of a release once: asked again, it gives the same numbers and spends nothing.
 * The budget is spent before the numbers are kept, so that none is ever told that was not paid for.
 * @throws Failure where the budget is spent
 */
export async function releaseOf(
  settings: SettingStore,
  name: string,
  cells: readonly Cell[],
  options: NoiseOptions,
  { total, at, uniform = secret }: { total?: number; at: string; uniform?: Uniform },
): Promise<Release> {
  const kept = (await settings.get<Budget>(KIND, BUDGET)) ?? { total: USUAL_BUDGET, releases: [] };
  const budget = total === undefined ? kept : { ...kept, total };
  const before = await settings.get<{ options: NoiseOptions; cells: PublicCell[] }>(RELEASES, name);
  if (before) return { name, ...before, spent: spentOf(budget), total: budget.total };
  const after = spend(budget, { name, epsilon: options.epsilon, at });
  if (!after)
    throw new Failure(
      `the budget of public releases does not allow it: ${spentOf(budget)} of ε ${budget.total} is spent, ${options.epsilon} more is asked`,
      'show a release there is, or raise the shop’s budget with --budget',
    );
  await settings.put(KIND, BUDGET, after);
  const drawn = withNoise(cells, options, uniform);
  await settings.put(RELEASES, name, { options, cells: drawn });
  return { name, options, cells: drawn, spent: spentOf(after), total: after.total };
}
