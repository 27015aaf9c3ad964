/** A shop's own log as the model trains on it; nothing at or after the cut-off is read. */
import type { ActionLog } from './action-log.ts';
import { categoryOf, typeOf } from './actions/action.ts';
import { contentHash } from './hash.ts';
import { collapse, encode } from './sequences.ts';
import { createShopTally, type UserDays, userDaysOf } from './shop-statistics.ts';
import { type Day, dayFromNumber, dayNumber, type Zone } from './time.ts';
import { trainingWindows } from './training.ts';
import { eligibleDays, type Outcome, outcomeOf, sampleDays } from './training-days.ts';
import { createVocabulary, createVocabularyBuilder, type Vocabulary } from './vocabulary.ts';

/** Users whose actions make the shop statistics of a log, the lowest by a hash of their ids. */
const SAMPLE = 20_000;
/** Days asked of all users together, about; memory and time of training follow from it. */
const DAYS_ASKED = 2_000_000;
const MOST_OF_A_USER = 64;
const FEWEST_OF_A_USER = 4;
/** As model/users.py wants it. */
const PRIVATE_OF_A_USER = 16;
const DAY_SECONDS = 86_400;

export interface LogQuery extends Outcome {
  day: number;
  /** User-days the query stands for: eligible days ÷ days asked. */
  weight: number;
  /** Own number of the next purchase's category, 0 for one the user had not seen, -1 for no purchase by the cut-off. */
  nextLocal: number;
}

export interface LogWindow {
  words: Int32Array;
  at: Float64Array;
  count: Float32Array;
  local: Int32Array;
  /** Index into the log's users. */
  user: number;
  queries: LogQuery[];
}

export interface TrainingLog {
  vocabulary: Vocabulary;
  users: number;
  actions: number;
  purchases: number;
  /** Users with a purchase. */
  buyers: number;
  firstDay: number;
  /** The last day before the cut-off that has an action. */
  lastDay: number;
  /** Users with a day that can be asked, one after the other. */
  windows(): Generator<LogWindow>;
}

export interface TrainingLogOptions {
  /** Excluded. */
  until: Day;
  activeDays: number;
  zone: Zone;
  seed: number;
  /** For private training: the words of a public vocabulary, and nothing of a user that depends on how many others there are. */
  publicWords?: readonly string[];
}

export function trainingLog(
  log: ActionLog,
  { until, activeDays, zone, seed, publicWords }: TrainingLogOptions,
): TrainingLog {
  const cutOff = dayNumber(until);
  const before = zone.startOf(until);
  const builder = createVocabularyBuilder();
  const sums = { users: 0, actions: 0, purchases: 0, buyers: 0 };
  let firstDay = Number.POSITIVE_INFINITY;
  let lastDay = Number.NEGATIVE_INFINITY;
  for (let user = 0; user < log.users.length; user++) {
    const actions = log.actionsOf(user, before);
    if (actions.length === 0) continue;
    builder.add(actions.map(({ word }) => word));
    const purchases = actions.filter(({ word }) => typeOf(word) === 'purchase').length;
    sums.users++;
    sums.actions += actions.length;
    sums.purchases += purchases;
    if (purchases > 0) sums.buyers++;
    firstDay = Math.min(firstDay, dayNumber(zone.dayOf(actions[0]!.at)));
    lastDay = Math.max(lastDay, dayNumber(zone.dayOf(actions.at(-1)!.at)));
  }
  const vocabulary = createVocabulary(publicWords ?? builder.words());
  const perUser = publicWords
    ? PRIVATE_OF_A_USER
    : Math.min(MOST_OF_A_USER, Math.max(FEWEST_OF_A_USER, Math.floor(DAYS_ASKED / Math.max(1, sums.users))));

  function* windows(): Generator<LogWindow> {
    for (let user = 0; user < log.users.length; user++) {
      const positions = collapse(log.actionsOf(user, before), zone);
      const days = distinctDays(positions);
      const eligible = eligibleDays(days, cutOff, activeDays);
      if (eligible.length === 0) continue;
      const asked = sampleDays(eligible, perUser, log.users[user]!, seed);
      const bought = positions.filter(({ word }) => typeOf(word) === 'purchase');
      const purchaseDays = distinctDays(bought);
      for (const window of trainingWindows(positions, asked)) {
        const { words, at, count, local, categories } = encode(window.positions, vocabulary);
        const queries = window.asked.map((index) => {
          const day = asked[index]!;
          const next = bought.find((position) => position.at >= day * DAY_SECONDS);
          return {
            day,
            weight: eligible.length / asked.length,
            ...outcomeOf(purchaseDays, day, cutOff),
            nextLocal: next ? localOf(next.word, day, { categories, at, local }) : -1,
          };
        });
        yield { words, at, count, local, user, queries };
      }
    }
  }
  return { vocabulary, ...sums, firstDay, lastDay, windows };
}

function distinctDays(positions: readonly { at: number }[]): number[] {
  return [...new Set(positions.map(({ at }) => Math.floor(at / DAY_SECONDS)))];
}

/** Own number of a purchase's category if the user had seen it before the day, 0 if not, -1 for one without category. */
function localOf(
  word: string,
  day: number,
  seen: { categories: readonly string[]; at: Float64Array; local: Int32Array },
): number {
  const category = categoryOf(word);
  if (category === '') return -1;
  const number = seen.categories.indexOf(category) + 1;
  return number > 0 && seen.at[seen.local.indexOf(number)]! < day * DAY_SECONDS ? number : 0;
}

/**
 * Shop statistics for each of some days (day numbers), as of the first instant of the day before: what the nightly run
 * of that day would be given, for training and for backtests.
 */
export function shopStatisticsByDay(log: ActionLog, days: Iterable<number>, zone: Zone): Map<number, Float32Array> {
  const asked = [...new Set(days)].sort((a, b) => a - b);
  const last = asked.at(-1);
  if (last === undefined) return new Map();
  const before = zone.startOf(dayFromNumber(last));
  const histories: UserDays[] = [];
  for (const user of sampledUsers(log.users)) histories.push(userDaysOf(log.actionsOf(user, before), zone));
  return new Map(
    asked.map((day) => {
      const tally = createShopTally(day - 1);
      for (const history of histories) tally.addDays(history);
      return [day, tally.vector()];
    }),
  );
}

function sampledUsers(users: readonly string[]): number[] {
  const all = [...users.keys()];
  if (all.length <= SAMPLE) return all;
  const hashes = users.map((user) => contentHash(user));
  return all.sort((a, b) => (hashes[a]! < hashes[b]! ? -1 : 1)).slice(0, SAMPLE);
}
