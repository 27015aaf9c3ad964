import { expect, test } from '@jest/globals';
import { correctedOf } from '../../../core/backtest/corrected.ts';
import type { Population } from '../../../core/backtest/population.ts';
import type { Said } from '../../../core/backtest/say.ts';
import { IDENTITY } from '../../../core/corrections.ts';
import { packForecast } from '../../../core/forecasts.ts';
import { HORIZONS } from '../../../core/model/contract.ts';
import { forecastFrom } from '../../support/forecasts.ts';

const origins = ['2026-03-01', '2026-03-08'];
/** 1 % a day: of both rows the forecast of the first origin still stands. */
const source = { origin: origins[0]!, known: 1, packed: packForecast(forecastFrom(() => 0.01)), categories: [] };
const said = { source: [source, source], theta: [0.2, 0.2] } as unknown as Said;
const population = { rows: 2, origin: Int32Array.of(0, 1) } as unknown as Population;
const oddsTimes = (factor: number) => ({
  version: 1,
  horizons: HORIZONS.map((days) => ({ days, slope: 1, intercept: Math.log(factor) })),
});

test('a row is corrected as the run of its origin would correct it', () => {
  const { probability, band } = correctedOf([{ said, corrections: [IDENTITY, oddsTimes(20)] }], population, origins);
  for (const [h, days] of HORIZONS.entries()) {
    const p = 1 - 0.99 ** days;
    const odds = (20 * p) / (1 - p);
    expect(probability[h]![0]).toBeCloseTo(p, 3);
    expect(probability[h]![1]).toBeCloseTo(odds / (1 + odds), 3);
  }
  expect(band).toEqual(['later', 'now']);
});

test('several models are corrected each by its own, and then averaged', () => {
  const models = [IDENTITY, oddsTimes(2)].map((one) => ({ said, corrections: [one, one] }));
  const { probability } = correctedOf(models, population, origins);
  expect(probability[0]![0]).toBeCloseTo((0.01 + 0.02 / 1.01) / 2, 4);
});
