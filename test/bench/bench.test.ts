import { describe, expect, test } from '@jest/globals';
import { type Bench, type BenchResult, command, quantile } from './bench.ts';

describe('the benches', () => {
  // A fraction of their work: that they run and answer in their form, not how fast this machine is.
  test.each(['import', 'ingest'])(
    '%s measures and compares',
    async (name) => {
      const { default: bench }: { default: Bench } = await import(`./${name}.ts`);
      const result = await bench({ scale: 0.02, progress: () => {} });
      expect(result).toEqual(
        expect.objectContaining({ unit: expect.any(String), value: expect.any(Number), against: expect.any(Number) }),
      );
      expect(result.ratio).toBeCloseTo(result.value / result.against, 1);
      expect(result.runs.every((run) => run > 0)).toBe(true);
    },
    120_000,
  );

  // Counts of their own fail them: what is lost, doubled, stored wrongly or answered 5xx.
  test.each([
    ['million', 0.002],
    ['fuzz', 0.01],
    ['audiences', 0.01],
  ])(
    '%s ends well, in small',
    async (name, scale) => {
      const { default: bench }: { default: Bench } = await import(`./${name}.ts`);
      const result = await bench({ scale, progress: () => {} });
      expect(result.value).toBeGreaterThan(0);
    },
    240_000,
  );

  test.each(['scorer', 'demand'])(
    '%s measures and compares',
    async (name) => {
      // In a process of its own: ONNX Runtime does not know the arrays of jest's realm.
      const { value, against, ratio } = (await command(['bench', '--only', name, '--percent', '2']))[
        name
      ] as BenchResult;
      // All three are rounded to four digits.
      expect(ratio / (value / against)).toBeCloseTo(1, 2);
      expect(value).toBeGreaterThan(0);
    },
    240_000,
  );

  test('memory of a training stays as it is, in small', async () => {
    const { memory } = await command(['bench', '--only', 'memory', '--percent', '2']);
    expect((memory as BenchResult).runs).toHaveLength(3);
    expect((memory as BenchResult).ratio).toBeLessThan(1.15);
  }, 240_000);

  test('reasons name what truly set purchases off, in small', async () => {
    const { reasons } = await command(['bench', '--only', 'reasons', '--percent', '15']);
    const { value, users, deletion } = reasons as BenchResult;
    expect(users).toBeGreaterThan(20);
    expect(value).toBeGreaterThanOrEqual(0.8);
    // The real log is not part of the project.
    if (typeof deletion === 'string') console.warn(`the deletion curve is left out: ${deletion}`);
    else expect((deletion as { steeper: number }).steeper).toBeGreaterThanOrEqual(2);
  }, 240_000);

  test.each([
    [[3, 1, 2], 0.5, 2],
    [[1], 0.99, 1],
    [Array.from({ length: 1_000 }, (_, n) => n + 1), 0.99, 990],
  ])('a quantile is a measured value (%#)', (values, share, expected) => {
    expect(quantile(values, share)).toBe(expected);
  });
});
