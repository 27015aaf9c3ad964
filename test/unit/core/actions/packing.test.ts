import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Action } from '../../../../core/actions/action.ts';
import { packActions, Unpackable, unpackActions } from '../../../../core/actions/packing.ts';

const NOON = Date.parse('2026-03-02T12:00:00Z');
const UUID = '0f8fad5b-d9cb-469f-a165-70867728950e';

const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const uuid = fc.uuid();
const clock = fc.oneof(
  fc.integer({ min: NOON - 1e6, max: NOON + 1e6 }),
  fc.integer({ min: 0, max: 9_999_999_999_999 }),
);
const id = fc.oneof(
  fc.string({ unit: 'binary' }),
  uuid,
  digits(32),
  fc
    .tuple(fc.constantFrom('ajs-next-', '', 'x'), clock, uuid, fc.constantFrom('', '#1', `-${UUID}`))
    .map(([a, b, c, d]) => `${a}${b}-${c}${d}`),
);
const action = fc.record(
  {
    word: fc.oneof(fc.constantFrom('view:shoes', 'search:größe 42 ✓', 'purchase'), fc.string({ unit: 'grapheme' })),
    at: fc.oneof(fc.integer({ min: NOON - 1e9, max: NOON + 1e9 }), fc.integer({ min: -(2 ** 49), max: 2 ** 49 })),
    id,
    value: fc.oneof(
      fc.constantFrom(0, -0, 89.9, 0.1 + 0.2, 1e300, -5),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ),
    quantity: fc.oneof(fc.constantFrom(1, 2.5, -0), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
  },
  { requiredKeys: ['word', 'at', 'id'] },
);

test('actions come back as they were packed', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 8 }), (actions) => {
      expect(unpackActions(packActions(actions))).toStrictEqual(actions.map((each) => ({ ...each })));
    }),
    { numRuns: 2_000 },
  );
});

describe('what a browser sends', () => {
  const seen = (n: number, more: Partial<Action> = {}): Action => ({
    word: 'view:running shoes',
    at: NOON + n * 7_000,
    id: `ajs-next-${NOON + n * 7_000 + 12}-${UUID.replace(/^./, String(n))}`,
    value: 89.9,
    quantity: 1,
    ...more,
  });
  const size = (...actions: Action[]) => packActions(actions).length;

  test('takes 28 bytes for an action whose word was there, and its word once', () => {
    expect(size(seen(0), seen(1)) - size(seen(0))).toBeLessThanOrEqual(28);
    const other = size(seen(0), seen(1, { word: 'view:hats' })) - size(seen(0), seen(1));
    expect(other).toBe('view:hats'.length + 1);
  });

  test('takes no more for an id in another spelling than its text does', () => {
    for (const odd of [UUID.toUpperCase(), `${UUID}x`.slice(1), 'order-17', `ajs-next-0123456789012-${UUID}`]) {
      const packed = packActions([seen(0, { id: odd })]);
      expect(unpackActions(packed)[0]!.id).toBe(odd);
      expect(packed.length).toBeLessThan(odd.length + 45);
    }
  });
});

test.each([
  ['nothing', []],
  ['another format', [2]],
  ['an end within a moment', [1, 0, 128]],
  ['an end within a text', [1, 0, 0, 0, 200]],
  ['a text that was not there', [1, 0, 0, 7]],
  ['a number beyond all', [1, 0, ...new Array(9).fill(255), 0]],
])('%s is refused', (_what, bytes) => {
  expect(() => unpackActions(Uint8Array.from(bytes))).toThrow(Unpackable);
});

test('a moment that is no whole millisecond is not packed', () => {
  expect(() => packActions([{ word: 'view', at: 0.5, id: 'a' }])).toThrow('0.5 cannot be packed');
});
