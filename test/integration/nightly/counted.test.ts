import { beforeAll, describe, expect, test } from '@jest/globals';
import { SIZE } from '../../../lib/cost/mix.ts';
import { readUnits, writeUnits } from '../../../lib/cost/usage.ts';
import { type CountedNight, countNight } from '../../support/counted-night.ts';

describe('a night of a simulated shop', () => {
  let night: CountedNight;
  beforeAll(async () => {
    night = await countNight(150);
  }, 240_000);

  test('does just what the formulas of the bill say', () => {
    expect(night.found).toEqual(night.expected);
    expect(night.expected.modelCalls).toBeGreaterThan(10);
    expect(night.expected.users).toBeGreaterThan(night.expected.modelCalls);
  });

  test('takes no more of the store than the bill supposes', () => {
    const { store } = night;
    const perItem = (name: string) => store[name]!.units / store[name]!.items;
    expect(perItem('UpdateItem Users')).toBeLessThanOrEqual(writeUnits(SIZE.user));
    expect(perItem('BatchGetItem Users')).toBeLessThanOrEqual(readUnits(SIZE.user));
    expect(perItem('PutItem Runs')).toBeLessThanOrEqual(writeUnits(SIZE.run) + 1);
  });
});
