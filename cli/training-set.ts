/** Writes a shop's own log as training data, with what a user of a command may have done wrong. */
import {
  NothingToLearn,
  type TrainingSetOptions,
  type TrainingSetSummary,
  writeTrainingSet as write,
} from '../adapters/training-set.ts';
import { addDays, type Day, isDay } from '../core/time.ts';
import type { ActionSource } from './action-source.ts';
import { type Context, Failure, Usage } from './framework.ts';

/**
 * The cut-off, checked against the log.
 * @throws Usage for a text that is no day, Failure for a day outside of the log
 */
export function cutOffOf({ log, zone }: ActionSource, until: string | undefined, option = '--until'): Day {
  const first = zone.dayOf(log.first);
  const end = addDays(zone.dayOf(log.last), 1);
  if (until === undefined) return end;
  if (!isDay(until)) throw new Usage(`${option} ${until} is not a day; write it as YYYY-MM-DD`);
  if (until > end || until <= first) {
    const days = `the actions are of ${first} to ${addDays(end, -1)}`;
    throw new Failure(
      `${option} ${until} is outside of the log: ${days}`,
      `name a day from ${addDays(first, 1)} to ${end}`,
    );
  }
  return until;
}

/**
 * @param options.until absent: the day after the last action
 * @throws Usage, Failure for a log that nothing can be learned from; then nothing is written
 */
export function writeTrainingSet(
  context: Context,
  source: ActionSource,
  folder: string,
  options: Omit<TrainingSetOptions, 'until'> & { until?: string },
): TrainingSetSummary {
  const until = cutOffOf(source, options.until);
  try {
    return write(source, folder, { ...options, until }, context.progress);
  } catch (error) {
    throw error instanceof NothingToLearn ? new Failure(error.message, error.remedy) : error;
  }
}
