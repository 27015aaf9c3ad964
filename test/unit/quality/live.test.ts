import { describe, expect, test } from '@jest/globals';
import { createOutcomeTally } from '../../../core/quality/sums.ts';
import { addDays } from '../../../core/time.ts';
import { backtestOf } from '../../../functions/quality/backtest.ts';
import { liveQuality } from '../../../functions/quality/live.ts';
import type { Outcome } from '../../../functions/runs/outcomes.ts';

/** 100 users of 20 % each, of whom so many bought. */
function outcome(day: string, horizon: number, bought: number): Outcome {
  const tally = createOutcomeTally();
  for (let user = 0; user < 100; user++) tally.add(0.2, 'soon', user < bought);
  return { day, horizon, modelVersion: 'v', correction: 2, ...tally.sums() };
}

const DAY = '2026-03-01';

describe('live quality', () => {
  test('is null before the days of a run have passed', () => {
    expect(liveQuality([], DAY)).toBeNull();
  });

  test('takes the alarm from the newest run of each horizon', () => {
    const next = addDays(DAY, 1);
    const was = liveQuality([outcome(DAY, 1, 60), outcome(next, 1, 20)], next)!;
    expect(was.alarm).toBe(false);
    expect(was.horizons[0]).toMatchObject({
      runs: 2,
      measures: { n: 200, rate: 0.4 },
      alarm: { day: next, actual: 20 },
    });
    const now = liveQuality([outcome(DAY, 1, 20), outcome(DAY, 3, 20), outcome(next, 1, 60)], next)!;
    expect(now.alarm).toBe(true);
    expect(now.horizons.map(({ horizon, alarm }) => [horizon, alarm.value])).toEqual([
      [1, true],
      [3, false],
    ]);
    expect(now.runs.map(({ day, correction, horizons }) => [day, correction, horizons.length])).toEqual([
      [DAY, 2, 2],
      [next, 2, 1],
    ]);
  });

  test('is as sure of seven nights whose weeks overlap as of the days that they see', () => {
    const seven = Array.from({ length: 7 }, (_, n) => addDays(DAY, n));
    const width = (outcomes: Outcome[]) => {
      const [{ low95, high95 } = { low95: 0, high95: 0 }] = liveQuality(outcomes, DAY)!.horizons[0]!.reliability;
      return high95 - low95;
    };
    const apart = seven.map((_, n) => outcome(addDays(DAY, 7 * n), 7, 20));
    // 7 weeks seen once against 13 days: the interval is wider by √(49 / 13).
    const ratio = width(seven.map((day) => outcome(day, 7, 20))) / width(apart);
    expect(ratio).toBeCloseTo(Math.sqrt(49 / 13), 1);
  });
});

describe("what a bundle's manifest says of its backtest", () => {
  const result = { model: 'buy-timing', seed: 'all', horizon: 7, n: 9, rate: 0.2, averagePrecision: 0.4 };
  const measures = { auc: 0.7, logLoss: 0.5, brier: 0.2, ece: 0.01, lift1: 3, lift5: 2, lift10: 2 };
  const shop = {
    verdict: 'Level.',
    trainEnd: DAY,
    origins: [DAY],
    activeDays: 90,
    results: [{ ...result, ...measures }],
  };

  test('is read where it is of a log, of simulated shops, or of nothing', () => {
    const { shop: read, simulated } = backtestOf(shop);
    expect(read).toMatchObject({ verdict: 'Level.', results: [{ model: 'buy-timing', horizon: 7, logLoss: 0.5 }] });
    expect(simulated).toBeNull();
    const heldOutShops = [
      { horizon: 0.3, oracle: 0.27, hazard: 2 },
      { horizon: 0.32, oracle: 0.27, hazard: 2 },
    ];
    const held = backtestOf({ heldOutShops });
    expect(held.shop).toBeNull();
    expect(held.simulated!.logLoss).toBeCloseTo(0.31, 9);
    expect(held.simulated!.possible).toBeCloseTo(0.27, 9);
    expect(backtestOf({})).toEqual({ shop: null, simulated: null });
    expect(backtestOf({ results: 'of another form', heldOutShops: [] })).toEqual({ shop: null, simulated: null });
  });
});
