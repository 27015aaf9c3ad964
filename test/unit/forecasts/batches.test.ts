import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { batchesOf } from '../../../core/model/batches.ts';
import { checkInput } from '../../../core/model/check-input.ts';
import type { Sequence } from '../../../core/model/contract.ts';
import { encodeRequest, parseRequest } from '../../../core/model/wire.ts';

const shop = Float32Array.from([0.5, -1.25]);
const ORIGIN = 1_800_000_000;

const sequenceOf = (length: number): Sequence => ({
  words: new Int32Array(length).fill(3),
  at: Float64Array.from({ length }, (_, i) => ORIGIN - length + i),
  count: new Float32Array(length).fill(2),
  local: new Int32Array(length).fill(1),
  categories: ['a'],
});

describe('calls of the model', () => {
  test('hold every sequence once, padded to the next length, at most 64 at a time, and keep the contract', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 256 }), { maxLength: 150 }), (lengths) => {
        const seen: number[] = [];
        for (const { input, members } of batchesOf(lengths.map(sequenceOf), shop, ORIGIN)) {
          checkInput(input, { shopSize: 2, vocabularySize: 4 });
          expect(input.batch).toBe(members.length);
          expect(input.batch).toBeLessThanOrEqual(64);
          for (const [row, member] of members.entries()) {
            expect(Number(input.lengths[row])).toBe(lengths[member]);
            expect(lengths[member]).toBeGreaterThan(input.length === 32 ? 0 : input.length / 2);
          }
          seen.push(...members);
        }
        expect(seen.sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
      }),
      { numRuns: 50 },
    );
  });

  test.each([[0], [257]])('refuse a sequence of %d positions', (length) => {
    expect(() => [...batchesOf([sequenceOf(3), sequenceOf(length)], shop, ORIGIN)]).toThrow(RangeError);
  });

  test.each(['json', 'binary'] as const)('come back from the wire as they were, as %s', (form) => {
    const [batch] = batchesOf([sequenceOf(3), sequenceOf(32)], shop, ORIGIN);
    const parsed = parseRequest(encodeRequest(batch!.input, form));
    expect(parsed.input).toEqual(batch!.input);
    expect(parsed.form).toBe(form);
  });
});
