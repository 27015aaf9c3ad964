/**
 * What the product says of every user-origin, by the product's own path: each origin is a nightly run of that day. A
 * user is asked about when there is no forecast that knows every action before the day and reaches it.
 */
import { IDENTITY } from '../corrections.ts';
import { type Forecast, forecastOf, packForecast, unpackForecast } from '../forecasts.ts';
import { batchesOf } from '../model/batches.ts';
import { type Bundle, HORIZONS, LOCAL_CATEGORIES, type Scorer, type Sequence } from '../model/contract.ts';
import { type Band, cumulativeHazard, FORECAST_DAYS, MIN_THETA, scoreOf, within } from '../scores.ts';
import { buildSequence } from '../sequences.ts';
import { createShopTally } from '../shop-statistics.ts';
import { before, below } from '../sorted.ts';
import { type Day, dayFromNumber, dayNumber, daysBetween, type Zone } from '../time.ts';
import { createVocabulary } from '../vocabulary.ts';
import type { History, Population } from './population.ts';

/** How far the survival curves of a report reach. */
export const CURVE_DAYS = 30;

/** What was said, one entry per row of the population. */
export interface Said {
  /** `probability[i][row]`: P(purchase within HORIZONS[i] days). */
  probability: Float64Array[];
  band: Band[];
  silence: Int16Array;
  /** P(no purchase within t days), `curve[origin][t]`, t = 0 … 30, summed over the rows of each origin. */
  curve: Float64Array[];
  /** θ of each origin. */
  theta: number[];
  /** The forecast that a row's score was read from. */
  source: Standing[];
  modelCalls: number;
}

/** A forecast with what it knows. */
export interface Standing {
  origin: Day;
  /** Days with an action that it knows of. */
  known: number;
  packed: Uint8Array;
  /** The user's own categories as the sequence numbers them, and P of each next; the first: in another one. */
  categories: string[];
  nextLocal: Float32Array;
}

export interface Saying {
  scorer: Scorer;
  bundle: Bundle;
  zone: Zone;
  histories: readonly History[];
  origins: readonly Day[];
  population: Population;
  progress(text: string): void;
}

export async function say(input: Saying): Promise<Said> {
  const { histories, origins, population, progress } = input;
  const { rows } = population;
  const said: Said = {
    probability: HORIZONS.map(() => new Float64Array(rows)),
    band: new Array(rows),
    silence: new Int16Array(rows),
    curve: origins.map(() => new Float64Array(CURVE_DAYS + 1)),
    theta: [],
    source: new Array(rows),
    modelCalls: 0,
  };
  const standing = new Map<number, Standing>();
  let row = 0;
  for (const [index, day] of origins.entries()) {
    const asOf = dayNumber(day) - 1;
    const tally = createShopTally(asOf);
    for (const { days } of histories) tally.addDays(days);
    const theta = Math.max(MIN_THETA, tally.rate30());
    said.theta.push(theta);
    const first = row;
    while (row < rows && population.origin[row] === index) row++;
    const asked: number[] = [];
    for (let at = first; at < row; at++) {
      const user = population.user[at]!;
      const known = below(histories[user]!.days.days, dayNumber(day));
      const before = standing.get(user);
      if (before?.known !== known || daysBetween(before.origin, day) > FORECAST_DAYS) asked.push(user);
    }
    const shared = { day, shop: tally.vector() };
    said.modelCalls += await forecast(input, asked, shared, standing, (done) =>
      progress(`${day}: ${done} of ${asked.length} users asked`),
    );
    for (let at = first; at < row; at++) {
      const own = standing.get(population.user[at]!)!;
      const lastActionDay = dayFromNumber(population.lastDay[at]!);
      const read = unpackForecast(own.packed);
      const score = scoreOf({ forecast: read, originDay: own.origin, day, lastActionDay, correction: IDENTITY, theta });
      for (const [h, p] of score.probability.entries()) said.probability[h]![at] = p;
      said.band[at] = score.band;
      said.silence[at] = score.silenceDays;
      said.source[at] = own;
      addCurve(said.curve[index]!, read, daysBetween(own.origin, day));
    }
  }
  return said;
}

function addCurve(curve: Float64Array, forecast: Forecast, row: number): void {
  const cumulative = cumulativeHazard(forecast, row);
  for (let t = 0; t <= CURVE_DAYS; t++) curve[t]! += 1 - within(cumulative, t);
}

/** Asks the model about users; equal sequences are asked about once. @returns the number of sequences asked */
async function forecast(
  { scorer, bundle, zone, histories }: Saying,
  asked: readonly number[],
  { day, shop }: { day: Day; shop: Float32Array },
  standing: Map<number, Standing>,
  progress: (done: number) => void,
): Promise<number> {
  const vocabulary = createVocabulary(bundle.vocabulary);
  const instant = zone.startOf(day);
  const distinct = new Map<string, { sequence: Sequence; users: number[] }>();
  for (const user of asked) {
    const { actions } = histories[user]!;
    const sequence = buildSequence(actions.slice(0, before(actions, instant)), zone, vocabulary);
    const key = keyOf(sequence);
    const same = distinct.get(key);
    if (same) same.users.push(user);
    else distinct.set(key, { sequence, users: [user] });
  }
  const groups = [...distinct.values()];
  const origin = zone.wallClock(zone.startOf(day));
  const { bins } = bundle.manifest;
  let done = 0;
  for (const { input, members } of batchesOf(
    groups.map(({ sequence }) => sequence),
    shop,
    origin,
  )) {
    const output = await scorer.score(input);
    for (const [index, member] of members.entries()) {
      const { sequence, users } = groups[member]!;
      const names = { edges: bins, words: bundle.vocabulary, categories: sequence.categories };
      const width = LOCAL_CATEGORIES + 1;
      const packed = packForecast(forecastOf(output, index, names));
      const nextLocal = output.nextLocalP.slice(index * width, (index + 1) * width);
      for (const user of users) {
        const known = below(histories[user]!.days.days, dayNumber(day));
        standing.set(user, { origin: day, known, packed, categories: sequence.categories, nextLocal });
      }
      done += users.length;
    }
    progress(done);
  }
  return groups.length;
}

function keyOf({ words, at, count, local, categories }: Sequence): string {
  return `${words.join()};${at.join()};${count.join()};${local.join()};${categories.join('\n')}`;
}
