/** What became of the forecasts of past runs: one record a run and horizon, written by the run that saw its days end. */
import * as z from 'zod';
import type { SettingStore } from '../../core/ports/settings.ts';
import type { OutcomeSums } from '../../core/quality/sums.ts';
import { addDays, type Day } from '../../core/time.ts';

export interface Outcome extends OutcomeSums {
  /** Of the run that forecast. */
  day: Day;
  horizon: number;
  modelVersion: string;
  /** Version of the correction; 0: none. */
  correction: number;
}

/** Runs that are told of, back from the latest. */
export const OUTCOME_DAYS = 90;
const KIND = 'outcome';
const DECIMALS = 1e6;

const number = z.number();
export const outcomeSums = z.object({
  cells: z.array(z.tuple([number, number, number, number, number, number])),
  logLoss: number,
  brier: number,
});
const schema: z.ZodType<Outcome> = outcomeSums.extend({
  day: z.string(),
  horizon: number,
  modelVersion: z.string(),
  correction: number,
});

const nameOf = ({ day, horizon }: Pick<Outcome, 'day' | 'horizon'>) => `${day} ${String(horizon).padStart(2, '0')}`;

/** Replaces what an earlier run of the same night said of the same forecasts. */
export async function putOutcome(settings: SettingStore, outcome: Outcome): Promise<void> {
  const round = (value: number) => Math.round(value * DECIMALS) / DECIMALS;
  const cells = outcome.cells.map((cell) => cell.map(round));
  const rounded = { ...outcome, cells, logLoss: round(outcome.logLoss), brier: round(outcome.brier) };
  await settings.put(KIND, nameOf(outcome), rounded);
}

/** Of the runs of the last 90 days up to a day, oldest first, then by horizon. */
export async function listOutcomes(settings: SettingStore, until: Day): Promise<Outcome[]> {
  const from = addDays(until, -OUTCOME_DAYS);
  const found = (await settings.list(KIND)).filter(({ name }) => name >= from && name.slice(0, from.length) <= until);
  return found.sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ value }) => schema.parse(value));
}

/** Removes those of runs that are not told of any more. */
export async function removeOldOutcomes(settings: SettingStore, until: Day): Promise<void> {
  const from = addDays(until, -OUTCOME_DAYS);
  for (const { name } of await settings.list(KIND)) if (name < from) await settings.remove(KIND, name);
}
