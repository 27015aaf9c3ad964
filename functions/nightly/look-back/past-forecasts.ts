/** What the model would have said on past days, and what happened since: bounded work on a sample of users. */
import { categoryOf, typeOf } from '../../../core/actions/action.ts';
import { unpackForecast } from '../../../core/forecasts.ts';
import { WEEK_DAYS, WEEKS } from '../../../core/learn-correction.ts';
import { paddedLength } from '../../../core/model/batches.ts';
import type { Bundle, Scorer, Sequence } from '../../../core/model/contract.ts';
import type { StoredActionDetail } from '../../../core/ports/actions.ts';
import { createWordTally, type Drift } from '../../../core/quality/drift.ts';
import { cumulativeHazard, isActive } from '../../../core/scores.ts';
import { buildSequence } from '../../../core/sequences.ts';
import { createShopTally, REACH_DAYS, type ShopTally, userDaysOf } from '../../../core/shop-statistics.ts';
import { before } from '../../../core/sorted.ts';
import { addDays, type Day, dayNumber, type Zone } from '../../../core/time.ts';
import { createVocabulary } from '../../../core/vocabulary.ts';
import { readSample, type SampledShop } from '../sample.ts';
import { forecastSequences } from '../score-shard/forecast-users.ts';

export interface PastForecastDependencies extends SampledShop {
  scorer: Scorer;
}

/** What a look back reads at most: users, and about so many actions of them. */
const USERS = 4_000;
const ACTIONS = 40_000;
/** Padded positions asked of the model in one look back, some seconds of work; users past them only count as buyers. */
const POSITIONS = 300_000;
/** A log is this many days old before an origin is looked at. */
const YOUNGEST_LOG = 28;

interface Asked {
  /** Number of the user in the sample. */
  user: number;
  sequence: Sequence;
}

export interface PastOrigin {
  day: Day;
  /** Days from the origin to the day of the run, both first instants: outcomes of shorter windows are known. */
  known: number;
  cases: PastCase[];
}

/** A user who would have been scored at the origin. */
export interface PastCase {
  /** Number of the user in the sample. */
  user: number;
  /** `cumulative[t]` = −ln(1 − P(purchase within t days)), t = 0 … 90; not corrected. */
  cumulative: Float64Array;
  /** The user's own categories by the probability that the next purchase is in them. */
  categories: { text: string; p: number }[];
}

export interface PastUser {
  /** Day number of the first action. */
  firstDay: number;
  /** Purchases of the user before the day of the run, ascending. */
  purchases: Purchase[];
}

export interface Purchase {
  /** Day number. */
  day: number;
  category: string;
  /** Undefined where the shop sends none. */
  quantity?: number;
}

export interface LookBack {
  origins: PastOrigin[];
  users: PastUser[];
  /** What the sample's users do now, the week before the day of the run, against the four weeks before that. */
  drift: Drift | null;
}

/** Weekly origins before a day, latest first. */
function originsBefore(day: Day): Day[] {
  return Array.from({ length: WEEKS }, (_, week) => addDays(day, -WEEK_DAYS * (week + 1)));
}

/**
 * @param day of the run: nothing at or after its first instant is read
 */
export async function lookBack(deps: PastForecastDependencies, bundle: Bundle, day: Day): Promise<LookBack> {
  const { zone } = deps;
  const vocabulary = createVocabulary(bundle.vocabulary);
  const origins = originsBefore(day).map((origin) => ({
    day: origin,
    instant: zone.startOf(origin),
    tally: createShopTally(dayNumber(origin) - 1),
    asked: [] as Asked[],
  }));
  const users: PastUser[] = [];
  const words = createWordTally();
  const week = addDays(day, -WEEK_DAYS);
  const spans = [addDays(week, -4 * WEEK_DAYS), week].map((first) => zone.startOf(first)) as [number, number];
  let firstDay = day;
  let read = 0;
  let positions = 0;

  const use = (_: string, actions: StoredActionDetail[]): void => {
    read += actions.length;
    const index = users.length;
    const days = userDaysOf(actions, zone);
    const first = zone.dayOf(actions[0]!.at);
    if (first < firstDay) firstDay = first;
    users.push({ firstDay: dayNumber(first), purchases: purchasesOf(actions, zone) });
    const [from, to] = spans.map((instant) => before(actions, instant)) as [number, number];
    words.add(wordsOf(actions.slice(from, to)), wordsOf(actions.slice(to)));
    for (const origin of origins) origin.tally.addDays(days);
    if (positions >= POSITIONS) return;
    for (const origin of origins) {
      const known = actions.slice(0, before(actions, origin.instant));
      const last = known.at(-1);
      if (!last || !isActive(zone.dayOf(last.at), origin.day)) continue;
      const sequence = buildSequence(known, zone, vocabulary);
      origin.asked.push({ user: index, sequence });
      positions += paddedLength(sequence.words.length);
    }
  };
  await readSample(
    deps,
    {
      before: day,
      earliest: addDays(day, -WEEK_DAYS * WEEKS - 1 - REACH_DAYS),
      limit: USERS,
      enough: () => read >= ACTIONS,
    },
    use,
  );

  const past: PastOrigin[] = [];
  for (const origin of origins) {
    if (dayNumber(origin.day) - dayNumber(firstDay) < YOUNGEST_LOG) continue;
    past.push({
      day: origin.day,
      known: dayNumber(day) - dayNumber(origin.day),
      cases: await forecastsOf(deps, bundle, origin),
    });
  }
  return { origins: past, users, drift: words.drift(week, day) };
}

async function forecastsOf(
  deps: PastForecastDependencies,
  bundle: Bundle,
  origin: { day: Day; tally: ShopTally; asked: Asked[] },
): Promise<PastCase[]> {
  const shared = { day: origin.day, shop: origin.tally.vector(), bundle };
  const sequences = origin.asked.map(({ sequence }) => sequence);
  const { packed } = await forecastSequences(deps, sequences, shared);
  return packed.map((bytes, i) => {
    const forecast = unpackForecast(bytes);
    return {
      user: origin.asked[i]!.user,
      cumulative: cumulativeHazard(forecast, 0),
      categories: forecast.nextCategories,
    };
  });
}

function purchasesOf(actions: readonly StoredActionDetail[], zone: Zone): Purchase[] {
  return actions.flatMap(({ word, at, quantity }) =>
    typeOf(word) === 'purchase'
      ? [{ day: dayNumber(zone.dayOf(at)), category: categoryOf(word), ...(quantity !== undefined && { quantity }) }]
      : [],
  );
}

function wordsOf(actions: readonly StoredActionDetail[]): string[] {
  return actions.map(({ word }) => word);
}
