import { expect, test } from '@jest/globals';
import { CORRECTED, correctedOf } from '../../../core/backtest/corrected.ts';
import type { Population } from '../../../core/backtest/population.ts';
import type { Said } from '../../../core/backtest/say.ts';
import { IDENTITY } from '../../../core/corrections.ts';
import { packForecast } from '../../../core/forecasts.ts';
import { forecastFrom } from '../../support/forecasts.ts';

const origins = ['2026-03-01', '2026-03-08'];
const horizons = [1, 7];
/** 1 % a day: of both rows the forecast of the first origin still stands. */
const source = { origin: origins[0]!, known: 1, packed: packForecast(forecastFrom(() => 0.01)), categories: [] };
const said = { source: [source, source] } as unknown as Said;
const population = { rows: 2, origin: Int32Array.of(0, 1) } as unknown as Population;

test('a row is corrected as the run of its origin would correct it', () => {
  const logOdds = { version: 1, horizons: horizons.map((days) => ({ days, slope: 1, intercept: Math.log(2) })) };
  const { model, probability } = correctedOf(said, [IDENTITY, logOdds], population, { origins, horizons });
  expect(model).toBe(CORRECTED);
  for (const [h, days] of horizons.entries()) {
    const p = 1 - 0.99 ** days;
    const odds = (2 * p) / (1 - p);
    expect(probability[h]![0]).toBeCloseTo(p, 3);
    expect(probability[h]![1]).toBeCloseTo(odds / (1 + odds), 3);
  }
});
