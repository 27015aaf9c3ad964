import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createHashCounts } from '../../../core/import/hash-counts.ts';
import { createRowIds } from '../../../core/import/row-ids.ts';

const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest();

describe('counts of hashes', () => {
  test('are those of a map, also where hashes fall on the same slot', () => {
    // Few distinct halves, so that segments and slots collide all the time.
    const half = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(0xffffffff, 0x80000000, 64, 96, 128));
    fc.assert(
      fc.property(fc.array(fc.tuple(half, half), { maxLength: 2_000 }), (hashes) => {
        const counts = createHashCounts();
        const expected = new Map<string, number>();
        for (const [high, low] of hashes) {
          const key = `${high} ${low}`;
          expect(counts.has(high, low)).toBe(expected.has(key));
          expected.set(key, (expected.get(key) ?? 0) + 1);
          expect(counts.add(high, low)).toBe(expected.get(key));
        }
        expect(counts.size).toBe(expected.size);
      }),
    );
  });

  test('hold half a million hashes in at most 20 bytes each', () => {
    const before = process.memoryUsage().arrayBuffers;
    const counts = createHashCounts();
    for (let n = 0; n < 500_000; n++) counts.add(Math.imul(n, 0x9e3779b1) >>> 0, n);
    globalThis.gc?.();
    expect(counts.size).toBe(500_000);
    for (let n = 0; n < 500_000; n += 997) expect(counts.add(Math.imul(n, 0x9e3779b1) >>> 0, n)).toBe(2);
    if (globalThis.gc) expect((process.memoryUsage().arrayBuffers - before) / 500_000).toBeLessThan(20);
  });
});

describe('ids of rows', () => {
  test('differ for equal rows, and are the same when the file is read again', () => {
    const rows = [
      ['u1', '2024-01-01', 'view'],
      ['u1', '2024-01-01', 'view'],
      ['u2', '2024-01-01', 'view'],
    ];
    const read = () => {
      const ids = createRowIds(sha256);
      return rows.map((row) => ids.ofRow(row));
    };
    expect(new Set(read()).size).toBe(3);
    expect(read()).toEqual(read());
  });

  test('of the first rows do not change when rows are appended', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.constantFrom('a', 'b', undefined), { minLength: 3, maxLength: 3 })),
        fc.nat(50),
        (rows, at) => {
          const all = createRowIds(sha256);
          const some = createRowIds(sha256);
          const ids = rows.map((row) => all.ofRow(row));
          expect(rows.slice(0, at).map((row) => some.ofRow(row))).toEqual(ids.slice(0, at));
          expect(new Set(ids).size).toBe(ids.length);
        },
      ),
    );
  });

  test('tell columns apart wherever the text is cut', () => {
    const ids = createRowIds(sha256);
    const rows = [
      ['ab', 'c'],
      ['a', 'bc'],
      ['abc', ''],
      ['abc', undefined],
      ['a","b', 'c'],
      ['a', 'b","c'],
    ];
    expect(new Set(rows.map((row) => ids.ofRow(row).split('.')[0])).size).toBe(rows.length);
  });

  test('of the shop count once per user', () => {
    const ids = createRowIds(sha256);
    expect(ids.met('u1', 'x')).toBe(false);
    expect(ids.met('u2', 'x')).toBe(false);
    expect(ids.met('u1', 'x')).toBe(true);
  });
});
