import fc from 'fast-check';
import type { Forecast, Likely } from '../../core/forecasts.ts';
import { type ModelOutput, SILENCE_ROWS } from '../../core/model/contract.ts';
import type { UserFacts } from '../../core/profiles/facts.ts';

export const EDGES = [...Array.from({ length: 32 }, (_, day) => day), 45, 60, 90, 120];
export const BINS = EDGES.length - 1;

/** A forecast whose daily hazard in a row is `daily(row, day)`. */
export function forecastFrom(daily: (row: number, day: number) => number, lists: Partial<Forecast> = {}): Forecast {
  const intensity = new Float64Array(SILENCE_ROWS * BINS);
  for (let row = 0; row < SILENCE_ROWS; row++)
    for (let bin = 0; bin < BINS; bin++)
      for (let day = EDGES[bin]!; day < EDGES[bin + 1]!; day++)
        intensity[row * BINS + bin]! += -Math.log1p(-daily(row, day));
  return { edges: EDGES, intensity, nextWords: [], nextCategories: [], ...lists };
}

/** Hazards of every size: most ordinary, some next to 0 or 1. */
export const hazards = fc.oneof(
  fc.double({ min: 0, max: 0.3, noNaN: true }),
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.double({ min: 0, max: 1e-6, noNaN: true }),
  fc.constantFrom(0, 1, 0.999999),
);

export const likely: fc.Arbitrary<Likely[]> = fc
  .array(
    fc.record({ text: fc.string({ unit: 'binary', maxLength: 120 }), p: fc.double({ min: 0, max: 1, noNaN: true }) }),
    {
      maxLength: 12,
    },
  )
  .map((list) => list.sort((a, b) => b.p - a.p));

/** A model's reply for one sequence, with these hazards repeated over rows and bins. */
export function outputOf(values: readonly number[]): ModelOutput {
  return {
    batch: 1,
    bins: BINS,
    hazard: Float32Array.from({ length: SILENCE_ROWS * BINS }, (_, i) => values[i % values.length]!),
    pBuy: new Float32Array(SILENCE_ROWS * 5),
    nextWord: BigInt64Array.from({ length: 10 }, (_, i) => BigInt(i)),
    nextWordP: Float32Array.from({ length: 10 }, (_, i) => (i === 3 ? 0.5 : 0.05)),
    nextLocalP: Float32Array.from({ length: 65 }, (_, i) => (i === 2 ? 0.7 : i === 1 ? 0.2 : 0)),
  };
}

/** What a user's actions say beside a forecast. */
export const FACTS: UserFacts = {
  firstDay: '2026-01-01',
  purchases: 3,
  lastPurchaseDay: '2026-02-20',
  rhythm: { gap: 12.5, spread: 0.5 },
  bestHour: { weekday: 'thursday', hour: 19 },
};
