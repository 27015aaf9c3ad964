/** Writes a shop's own log as training data: what `export` gives and `train` reads. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActionLog } from '../core/action-log.ts';
import { SHOP_STATISTICS } from '../core/shop-statistics.ts';
import { type Day, dayFromNumber, dayNumber, type Zone } from '../core/time.ts';
import { shopStatisticsByDay, trainingLog } from '../core/training-log.ts';
import { createTrainingDataWriter } from './training-data.ts';

/** Fewer tell nothing: the shipped bundle, or one of before, serves such a shop better. */
const FEWEST_USERS = 20;
const FEWEST_DAYS = 14;
const FEWEST_PURCHASES = 20;

/** A log that says too little, and what to do about it. */
export class NothingToLearn extends Error {
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.name = 'NothingToLearn';
    this.remedy = remedy;
  }
}

export interface TrainingSetOptions {
  /** Excluded. */
  until: Day;
  activeDays: number;
  seed: number;
  /** For private training: words of the bundle started from. */
  publicWords?: readonly string[];
}

export interface TrainingSetSummary {
  users: number;
  actions: number;
  purchases: number;
  firstDay: Day;
  lastDay: Day;
  until: Day;
  windows: number;
  queries: number;
  vocabularySize: number;
}

/** @throws NothingToLearn; then nothing is written */
export function writeTrainingSet(
  { log, zone }: { log: ActionLog; zone: Zone },
  folder: string,
  options: TrainingSetOptions,
  progress: (text: string) => void = () => {},
): TrainingSetSummary {
  const { until } = options;
  const set = trainingLog(log, { ...options, zone });
  refuseTooLittle(set, until);
  const writer = createTrainingDataWriter(folder, 'outcomes');
  progress('shop statistics');
  const days = Array.from({ length: dayNumber(until) - set.firstDay - 1 }, (_, index) => set.firstDay + 1 + index);
  const vectors = shopStatisticsByDay(log, days, zone);
  const rows = new Map([...vectors].map(([day, vector]) => [day, writer.addShopRow(vector)]));
  let windows = 0;
  let queries = 0;
  for (const window of set.windows()) {
    writer.addWindow({
      ...window,
      group: window.user,
      queries: window.queries.map(({ day, weight, nextLocal, purchaseAfter, observed }) => ({
        day,
        weight,
        nextLocal,
        shopRow: rows.get(day)!,
        target: { purchaseAfter, observed },
      })),
    });
    windows++;
    queries += window.queries.length;
    progress(`${windows} sequences of ${set.users} users written`);
  }
  const summary = {
    users: set.users,
    actions: set.actions,
    purchases: set.purchases,
    firstDay: dayFromNumber(set.firstDay),
    lastDay: dayFromNumber(set.lastDay),
    until,
  };
  const { words } = set.vocabulary;
  writeFileSync(join(folder, 'vocabulary.json'), `${JSON.stringify(words)}\n`);
  writer.finish({
    ...summary,
    private: options.publicWords !== undefined,
    activeDays: options.activeDays,
    vocabulary: words,
    shopStatistics: SHOP_STATISTICS,
  });
  return { ...summary, windows, queries, vocabularySize: words.length };
}

function refuseTooLittle(set: ReturnType<typeof trainingLog>, until: Day): void {
  const remedy = 'use the shipped bundle as it is until there is more';
  const days = dayNumber(until) - set.firstDay;
  if (days < FEWEST_DAYS)
    throw new NothingToLearn(
      `the log has ${count(days, 'day')} before ${until}; training needs ${FEWEST_DAYS}`,
      remedy,
    );
  if (set.users < FEWEST_USERS)
    throw new NothingToLearn(
      `only ${count(set.users, 'user')} acted before ${until}; training needs ${FEWEST_USERS}`,
      remedy,
    );
  if (set.purchases === 0)
    throw new NothingToLearn(
      `nobody bought before ${until}`,
      'say with --types which type is a purchase, as buy=purchase',
    );
  if (set.purchases < FEWEST_PURCHASES)
    throw new NothingToLearn(
      `only ${count(set.purchases, 'purchase')} before ${until}; training needs ${FEWEST_PURCHASES}`,
      remedy,
    );
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
