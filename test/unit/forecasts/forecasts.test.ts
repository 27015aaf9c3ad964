import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Forecast, forecastOf, PACKED_LIMIT, packForecast, unpackForecast } from '../../../core/forecasts.ts';
import { SILENCE_ROWS } from '../../../core/model/contract.ts';
import { cumulativeHazard, within } from '../../../core/scores.ts';
import { BINS, EDGES, forecastFrom, hazards, likely, outputOf } from '../../support/forecasts.ts';

const names = { edges: EDGES, words: ['', 'view', 'search', 'cart:a'], categories: ['shoes', 'hats'] };
const repacked = (forecast: Forecast) => unpackForecast(packForecast(forecast));

describe('a forecast', () => {
  test('names the words and categories of the model, most probable first', () => {
    const forecast = forecastOf(outputOf([0.1]), 0, names);
    expect(forecast.nextWords.map(({ text }) => text)).toEqual(['cart:a', 'view', 'search']);
    expect(forecast.nextCategories.map(({ text }) => text)).toEqual(['hats', 'shoes']);
    expect(forecast.nextCategories[0]!.p).toBeCloseTo(0.7, 6);
  });

  test('keeps the hazards of the model', () => {
    const forecast = forecastOf(outputOf([0.1, 0.2]), 0, names);
    expect(within(cumulativeHazard(forecast, 0), 2)).toBeCloseTo(1 - 0.9 * 0.8, 6);
  });
});

describe('a packed forecast', () => {
  test('is off by at most 1e-4 in any probability of any row', () => {
    fc.assert(
      fc.property(fc.array(hazards, { minLength: 1, maxLength: 90 }), (values) => {
        const exact = forecastOf(outputOf(values), 0, names);
        const packed = repacked(exact);
        for (let row = 0; row < SILENCE_ROWS; row++) {
          const a = cumulativeHazard(exact, row);
          const b = cumulativeHazard(packed, row);
          for (let t = 0; t < a.length; t++) expect(Math.abs(within(a, t) - within(b, t))).toBeLessThanOrEqual(1e-4);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('is packed the same again', () => {
    fc.assert(
      fc.property(fc.array(hazards, { minLength: 1, maxLength: 40 }), (values) => {
        const once = packForecast(forecastOf(outputOf(values), 0, names));
        expect(packForecast(unpackForecast(once))).toEqual(once);
      }),
      { numRuns: 40 },
    );
  });

  test('has at most 3,000 bytes and keeps its lists from the top, whatever the texts', () => {
    fc.assert(
      fc.property(likely, likely, (nextWords, nextCategories) => {
        const packed = packForecast(forecastFrom(() => 0.02, { nextWords, nextCategories }));
        expect(packed.length).toBeLessThanOrEqual(PACKED_LIMIT);
        const back = unpackForecast(packed);
        for (const [given, kept] of [
          [nextWords, back.nextWords],
          [nextCategories, back.nextCategories],
        ] as const)
          for (const [i, { text, p }] of kept.entries()) {
            expect(text).toBe(given[i]!.text.toWellFormed());
            expect(Math.abs(p - given[i]!.p)).toBeLessThan(1e-5);
          }
      }),
    );
  });

  test('keeps ten ordinary words and categories', () => {
    const list = Array.from({ length: 10 }, (_, i) => ({ text: `purchase:category-number-${i}`, p: 0.1 }));
    const back = repacked(forecastFrom(() => 0.02, { nextWords: list, nextCategories: list }));
    expect([back.nextWords.length, back.nextCategories.length]).toEqual([10, 10]);
  });

  test.each([
    ['nothing', new Uint8Array(0)],
    ['another format', Uint8Array.from([9, 35])],
    ['one cut off', packForecast(forecastFrom(() => 0.02)).subarray(0, 500)],
    [
      'one cut off in a text',
      packForecast(forecastFrom(() => 0.02, { nextCategories: [{ text: 'shoes', p: 1 }] })).slice(0, -2),
    ],
  ])('that is %s is refused', (_, bytes) => {
    expect(() => unpackForecast(bytes)).toThrow(RangeError);
  });

  test('of too many time bins is refused', () => {
    const edges = Array.from({ length: 61 }, (_, day) => day);
    const intensity = new Float64Array(SILENCE_ROWS * 60);
    expect(() => packForecast({ edges, intensity, nextWords: [], nextCategories: [] })).toThrow(/60 time bins/);
    const short = new Float64Array(BINS);
    expect(() => packForecast({ edges: EDGES, intensity: short, nextWords: [], nextCategories: [] })).toThrow(
      RangeError,
    );
  });
});
