/** Changing anything at or after an origin changes nothing that is said at it. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { forecastDemand } from '../../../cli/backtest/demand.ts';
import { type Action, wordOf } from '../../../core/actions/action.ts';
import { createFeatures, rhythmOf, typesBefore } from '../../../core/backtest/features.ts';
import { logOf, populationOf } from '../../../core/backtest/population.ts';
import { say } from '../../../core/backtest/say.ts';
import type { Bundle, ModelInput, ModelOutput } from '../../../core/model/contract.ts';
import { dayNumber, zoneOf } from '../../../core/time.ts';
import { createVocabulary } from '../../../core/vocabulary.ts';
import { BINS, EDGES } from '../../support/forecasts.ts';

const zone = zoneOf('America/Havana');
const ORIGINS = ['2024-03-03', '2024-03-10', '2024-03-17'];
/** Nothing is known of it before its first instant; Havana's clocks skip its midnight. */
const ORIGIN = '2024-03-10';
const protocol = { activeDays: 90, horizons: [1, 3, 7, 14, 30], end: '2024-06-01' };
const instant = zone.startOf(ORIGIN);

const actionAt = (low: number, high: number): fc.Arbitrary<Action> =>
  fc
    .tuple(
      fc.integer({ min: low, max: high - 1 }),
      fc.constantFrom('view', 'search', 'cart', 'purchase'),
      fc.constantFrom('shoes', 'hats', undefined),
      fc.uuid(),
    )
    .map(([at, type, category, id]) => ({ at, id, word: wordOf(type as 'view', category) }));
const DAY = 86_400_000;
const past = fc.array(actionAt(instant - 60 * DAY, instant), { minLength: 1, maxLength: 12 });
const future = fc.array(actionAt(instant, instant + 60 * DAY), { maxLength: 12 });
const shop = fc.array(fc.tuple(past, future, future), { minLength: 1, maxLength: 6 });

const bundle: Bundle = {
  vocabulary: [...createVocabulary().words],
  manifest: { version: 'v1', bins: EDGES } as Bundle['manifest'],
};

/** A model whose answer depends on every number that it is given. */
const scorer = {
  async score(input: ModelInput): Promise<ModelOutput> {
    const { batch, length } = input;
    const output: ModelOutput = {
      batch,
      bins: BINS,
      hazard: new Float32Array(batch * 31 * BINS),
      pBuy: new Float32Array(batch * 31 * 5),
      nextWord: new BigInt64Array(batch * 10).fill(1n),
      nextWordP: new Float32Array(batch * 10).fill(0.1),
      nextLocalP: new Float32Array(batch * 65),
    };
    const width = input.shop.length / batch;
    for (let row = 0; row < batch; row++) {
      let mixed = Number(input.origin[row]! % 977n);
      for (let i = row * length; i < (row + 1) * length; i++)
        mixed = (mixed * 31 + Number(input.words[i]! * 7n + input.at[i]! + input.local[i]!) + input.count[i]!) % 9_973;
      for (let i = row * width; i < (row + 1) * width; i++)
        mixed = (mixed * 31 + Math.abs(input.shop[i]!) * 1e4) % 9_973;
      output.hazard.fill(0.001 + mixed / 20_000, row * 31 * BINS, (row + 1) * 31 * BINS);
      output.nextLocalP.fill(mixed / 10_000, row * 65, (row + 1) * 65);
    }
    return output;
  },
};

async function saidAt(users: Action[][]) {
  const log = logOf(new Map(users.map((actions, i) => [`u${i}`, [...actions]])), zone);
  const population = populationOf(log.histories, ORIGINS, protocol);
  const { histories } = log;
  const said = await say({ scorer, bundle, zone, histories, origins: ORIGINS, population, progress: () => {} });
  const rows = Array.from(population.origin, (_, row) => row).filter((row) => population.origin[row]! <= 1);
  const types = typesBefore(histories, dayNumber(ORIGIN));
  const { names, write } = createFeatures(types);
  return rows.map((row) => {
    const history = histories[population.user[row]!]!;
    const day = dayNumber(ORIGINS[population.origin[row]!]!);
    const features = new Float32Array(names.length);
    write(history.days, day, features, 0);
    return {
      user: history.user,
      origin: population.origin[row],
      lastDay: population.lastDay[row],
      said: said.probability.map((p) => p[row]),
      band: said.band[row],
      source: said.source[row],
      theta: said.theta.slice(0, 2),
      names,
      features: Array.from(features),
      rhythm: rhythmOf(history.days, day),
    };
  });
}

async function demandAt(users: Action[][]) {
  const log = logOf(new Map(users.map((actions, i) => [`u${i}`, [...actions]])), zone);
  const population = populationOf(log.histories, ORIGINS, protocol);
  const own = { scorer, bundle, zone, population, progress: () => {} };
  const said = await say({ ...own, histories: log.histories, origins: ORIGINS });
  const plan = { ...protocol, trainEnd: ORIGINS[0]!, origins: ORIGINS };
  const { origins, days } = await forecastDemand({ ...own, log, protocol: plan, said });
  const seen = (origin: string) => origin <= ORIGIN;
  return {
    origins: origins.filter(({ origin }) => seen(origin)),
    days: days.flatMap(({ actual: _, ...day }) => (seen(day.origin) ? [day] : [])),
  };
}

describe('at an origin', () => {
  test('population, predictions, features and rhythms owe nothing to what came at or after it', async () => {
    await fc.assert(
      fc.asyncProperty(shop, async (users) => {
        const one = await saidAt(users.map(([before, after]) => [...before, ...after]));
        const other = await saidAt(users.map(([before, , after]) => [...before, ...after]));
        expect(other).toEqual(one);
      }),
      { numRuns: 100 },
    );
  });

  test('demand, its intervals and what it is compared with owe nothing to it either', async () => {
    await fc.assert(
      fc.asyncProperty(shop, async (users) => {
        const one = await demandAt(users.map(([before, after]) => [...before, ...after]));
        const other = await demandAt(users.map(([before, , after]) => [...before, ...after]));
        expect(one.days.length).toBeGreaterThan(30);
        expect(other).toEqual(one);
      }),
      { numRuns: 25 },
    );
  });

  test('the model of this test does react to a change before it', async () => {
    const purchase = (at: number): Action => ({ at, id: 'a', word: 'purchase:shoes' });
    const [one] = await saidAt([[purchase(instant - DAY * 20)]]);
    const [other] = await saidAt([[purchase(instant - DAY * 21)]]);
    expect(other!.said).not.toEqual(one!.said);
  });

  test('outcomes do look ahead, and none passes the end', () => {
    const log = logOf(
      new Map([
        [
          'u',
          [
            { at: instant - DAY, id: 'a', word: 'view' },
            { at: instant + 2 * DAY, id: 'b', word: 'purchase' },
          ],
        ],
      ]),
      zone,
    );
    const labelled = (end: string) =>
      populationOf(log.histories, [ORIGIN], { ...protocol, end }).labels.map((list) => list[0]);
    expect(labelled('2024-06-01')).toEqual([0, 1, 1, 1, 1]);
    expect(labelled('2024-03-16')).toEqual([0, 1, 1, -1, -1]);
  });
});
