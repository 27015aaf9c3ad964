import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Correction, correct, IDENTITY } from '../../../core/corrections.ts';
import { percentileOf, percentiles, probabilityHistogram } from '../../../core/distributions.ts';
import type { Forecast } from '../../../core/forecasts.ts';
import { HORIZONS } from '../../../core/model/contract.ts';
import { bandOf, cumulativeHazard, isActive, scoreOf, silenceDays, within } from '../../../core/scores.ts';
import { addDays, daysBetween } from '../../../core/time.ts';
import { forecastFrom, hazards } from '../../support/forecasts.ts';

const DAY = '2026-03-10';
const scored = (forecast: Forecast, more: { age?: number; correction?: Correction; theta?: number } = {}) =>
  scoreOf({
    forecast,
    originDay: addDays(DAY, -(more.age ?? 0)),
    day: DAY,
    lastActionDay: addDays(DAY, -(more.age ?? 0) - 1),
    correction: more.correction ?? IDENTITY,
    theta: more.theta ?? 0.05,
  });

/** A repeating pattern of daily hazards. */
const forecasts = fc
  .array(hazards, { minLength: 1, maxLength: 40 })
  .map((values) => forecastFrom((row, day) => Math.min(0.9999, values[(row + day) % values.length]!)));

const corrections: fc.Arbitrary<Correction> = fc
  .array(
    fc.record({
      slope: fc.double({ min: -1, max: 3, noNaN: true }),
      intercept: fc.double({ min: -4, max: 4, noNaN: true }),
    }),
    {
      minLength: 5,
      maxLength: 5,
    },
  )
  .map((list) => ({ version: 1, horizons: list.map((one, i) => ({ ...one, days: HORIZONS[i]! })) }));

describe('a score', () => {
  test('has the probabilities of a constant hazard', () => {
    const { probability, expected } = scored(forecastFrom(() => 0.05));
    for (const [i, horizon] of HORIZONS.entries()) expect(probability[i]).toBeCloseTo(1 - 0.95 ** horizon, 10);
    expect(expected.within90d).toBeCloseTo(1 - 0.95 ** 90, 10);
  });

  test('reads the row of the days since the origin', () => {
    const forecast = forecastFrom((row) => row / 100);
    for (const age of [0, 1, 17, 30]) {
      const score = scored(forecast, { age });
      expect(score.probability[0]).toBeCloseTo(age / 100, 10);
      expect(score.silenceDays).toBe(age);
    }
  });

  test.each([[-1], [31], [0.5]])('of %d days after the origin is refused', (row) => {
    expect(() =>
      cumulativeHazard(
        forecastFrom(() => 0.1),
        row,
      ),
    ).toThrow(RangeError);
  });

  test('has ordered horizons, dates and a window of one to four days, whatever the hazards and the correction', () => {
    fc.assert(
      fc.property(forecasts, fc.nat(30), fc.option(corrections, { nil: IDENTITY }), (forecast, age, correction) => {
        const { probability, expected, bestWindow } = scored(forecast, { age, correction });
        for (const [i, p] of probability.entries()) {
          expect(p).toBeGreaterThanOrEqual(i === 0 ? 0 : probability[i - 1]!);
          expect(p).toBeLessThanOrEqual(1);
        }
        expect(expected.within90d).toBeGreaterThanOrEqual(probability[4]!);
        expect(expected.low >= DAY && expected.low <= expected.date && expected.date <= expected.high).toBe(true);
        expect(daysBetween(DAY, expected.high)).toBeLessThan(90);
        expect(bestWindow.from >= DAY).toBe(true);
        expect(daysBetween(bestWindow.from, bestWindow.to)).toBeGreaterThanOrEqual(0);
        expect(daysBetween(bestWindow.from, bestWindow.to)).toBeLessThan(4);
        expect(daysBetween(DAY, bestWindow.to)).toBeLessThan(30);
        expect(bestWindow.probability).toBeGreaterThanOrEqual(0);
        expect(bestWindow.probability).toBeLessThanOrEqual(probability[4]! + 1e-12);
      }),
    );
  });

  test('expects the purchase on the day by which half of those of 90 days have come', () => {
    // All of the probability lies on three days: 20 %, 60 % and 20 % of it.
    const shares = new Map([
      [4, 0.2],
      [9, 0.6 / 0.8],
      [40, 0.999999],
    ]);
    const { expected } = scored(forecastFrom((_, day) => shares.get(day) ?? 0));
    expect(expected).toMatchObject({ low: addDays(DAY, 4), date: addDays(DAY, 9) });
    // Day 40 is within the bin of days 31 to 44, over which its hazard is spread.
    expect(expected.high > addDays(DAY, 30) && expected.high < addDays(DAY, 45)).toBe(true);
  });

  test('without any hazard still has dates', () => {
    const { expected, probability, band } = scored(forecastFrom(() => 0));
    expect(probability).toEqual([0, 0, 0, 0, 0]);
    expect(expected).toEqual({ low: addDays(DAY, 8), date: addDays(DAY, 44), high: addDays(DAY, 80), within90d: 0 });
    expect(band).toBe('unlikely');
  });

  test('has the window where purchases are most concentrated', () => {
    const weekend = forecastFrom((_, day) => (day === 11 || day === 12 ? 0.3 : 0.01));
    expect(scored(weekend).bestWindow).toMatchObject({ from: addDays(DAY, 11), to: addDays(DAY, 12) });
    const long = forecastFrom((_, day) => (day >= 5 && day < 12 ? 0.05 : 0.001));
    expect(scored(long).bestWindow).toMatchObject({ from: addDays(DAY, 5), to: addDays(DAY, 8) });
  });
});

describe('silence and activity', () => {
  test.each([
    ['2026-03-09', 0, true],
    ['2026-03-08', 1, true],
    ['2025-12-10', 89, true],
    ['2025-12-09', 90, false],
    ['2026-03-10', 0, false],
  ])('last action on %s: %d days of silence, active: %s', (last, silence, active) => {
    expect(silenceDays(last, DAY)).toBe(silence);
    expect(isActive(last, DAY)).toBe(active);
  });
});

describe('a band', () => {
  test.each([
    [[0.1, 0.3, 0.4, 0.5, 0.6], 'now'],
    [[0.1, 0.29, 0.4, 0.5, 0.6], 'soon'],
    [[0.1, 0.1, 0.3, 0.5, 0.6], 'soon'],
    [[0.1, 0.1, 0.29, 0.29, 0.3], 'later'],
    [[0.1, 0.1, 0.1, 0.1, 0.29], 'unlikely'],
  ] as const)('%j at θ = .3 is %s', (probability, band) => {
    expect(bandOf(probability, 0.3)).toBe(band);
  });
});

describe('a correction', () => {
  test('of version 0 changes nothing', () => {
    const cumulative = cumulativeHazard(
      forecastFrom(() => 0.03),
      0,
    );
    expect(correct(cumulative, IDENTITY)).toBe(cumulative);
  });

  test('of slope 1 and intercept 0 changes next to nothing', () => {
    const cumulative = cumulativeHazard(
      forecastFrom((_, day) => 0.01 + (day % 7) / 100),
      0,
    );
    const horizons = HORIZONS.map((days) => ({ days, slope: 1, intercept: 0 }));
    for (const [t, value] of correct(cumulative, { version: 1, horizons }).entries())
      expect(value).toBeCloseTo(cumulative[t]!, 10);
  });

  test('moves each horizon to its corrected log-odds', () => {
    const cumulative = cumulativeHazard(
      forecastFrom(() => 0.03),
      0,
    );
    const horizons = HORIZONS.map((days) => ({ days, slope: 0.8, intercept: 0.3 }));
    const corrected = correct(cumulative, { version: 1, horizons });
    for (const days of HORIZONS) {
      const p = within(cumulative, days);
      const expected = 1 / (1 + Math.exp(-(0.3 + 0.8 * Math.log(p / (1 - p)))));
      expect(within(corrected, days)).toBeCloseTo(expected, 10);
    }
  });

  test('never lets a longer time have a lower probability', () => {
    fc.assert(
      fc.property(forecasts, corrections, (forecast, correction) => {
        const corrected = correct(cumulativeHazard(forecast, 3), correction);
        for (let t = 1; t < corrected.length; t++)
          expect(corrected[t]).toBeGreaterThanOrEqual(corrected[t - 1]! - 1e-12);
      }),
    );
  });
});

describe('percentiles', () => {
  test('tell the share of users with a lower value', () => {
    const quantiles = percentiles(Float64Array.from({ length: 1001 }, (_, i) => i / 1000));
    expect(quantiles).toHaveLength(101);
    expect([0, 0.001, 0.4999, 0.935, 1, 2].map((value) => percentileOf(value, quantiles))).toEqual([
      0, 0, 49, 93, 99, 100,
    ]);
  });

  test('of equal values are 0, of none too', () => {
    expect(percentileOf(0.5, percentiles(new Float64Array(7).fill(0.5)))).toBe(0);
    expect(percentiles(new Float64Array(0))).toEqual([]);
  });

  test('a histogram counts every value once, 1 in the last bin', () => {
    const counts = probabilityHistogram([0, 0.049, 0.05, 0.5, 0.999, 1]);
    expect(counts).toHaveLength(20);
    expect([counts[0], counts[1], counts[10], counts[19]]).toEqual([2, 1, 1, 2]);
  });
});
