import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Action } from '../../../../core/actions/action.ts';
import { contentHash } from '../../../../core/hash.ts';
import { chunksOf, expiryOf } from '../../../../core/ingest/chunks.ts';
import { groupByUser } from '../../../../core/ingest/group.ts';
import { utf8Bytes } from '../../../../core/text.ts';
import { zoneOf } from '../../../../core/time.ts';

const action = (fields: Partial<Action> = {}): Action => ({ word: 'view:shoes', at: 1_000, id: 'm1', ...fields });
const actions = fc.array(fc.record({ word: fc.constantFrom('view', 'cart:ä'), at: fc.nat(), id: fc.string() }));

describe('chunks', () => {
  test('hold every action once, in one chunk when there are few', () => {
    const given = [action({ id: 'b' }), action({ id: 'a', value: 3, quantity: 1 })];
    expect(chunksOf('u', '2026-07-01', given)).toEqual([
      { user: 'u', day: '2026-07-01', chunk: expect.stringMatching(/^[0-9a-f]{16}$/), actions: [given[1], given[0]] },
    ]);
    expect(chunksOf('u', '2026-07-01', [])).toEqual([]);
  });

  test('are the same for the same actions in any order', () => {
    const shuffled = actions.chain((given) =>
      fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
    );
    fc.assert(
      fc.property(shuffled, ([given, other]) => {
        const names = (of: Action[]) => chunksOf('u', '2026-07-01', of).map(({ chunk }) => chunk);
        expect(names(other)).toEqual(names(given));
      }),
    );
  });

  test('are named by the time as sent, not as corrected', () => {
    const name = (at: number) =>
      chunksOf('u', '2026-07-01', [{ ...action({ at }), sentTime: 'raw' }], ({ sentTime, id }) => `${sentTime} ${id}`);
    expect(name(1)[0]!.chunk).toBe(name(2)[0]!.chunk);
    expect(chunksOf('u', '2026-07-01', [action({ at: 1 })])[0]!.chunk).not.toBe(
      chunksOf('u', '2026-07-01', [action({ at: 2 })])[0]!.chunk,
    );
  });

  test('stay under the 400 KB of an item and lose nothing on the way', () => {
    const many = Array.from({ length: 5_000 }, (_, n) => action({ id: `${n}${'靴'.repeat(80)}` }));
    const chunks = chunksOf('u', '2026-07-01', many);
    expect(chunks.length).toBeGreaterThan(1);
    expect(new Set(chunks.map(({ chunk }) => chunk)).size).toBe(chunks.length);
    expect(chunks.flatMap((chunk) => chunk.actions)).toHaveLength(5_000);
    for (const chunk of chunks) expect(Buffer.byteLength(JSON.stringify(chunk))).toBeLessThan(400_000);
  });

  test('keep nothing of an action but what the store knows', () => {
    const [chunk] = chunksOf('u', '2026-07-01', [{ ...action(), userId: 'secret', sentTime: 'x' }]);
    expect(Object.keys(chunk!.actions[0]!).sort()).toEqual(['at', 'id', 'word']);
  });

  test('expire when every action of the day is older than the retention', () => {
    expect(expiryOf('2026-07-01', undefined)).toBeUndefined();
    expect(new Date(expiryOf('2026-07-01', 30)! * 1000).toISOString()).toBe('2026-08-02T00:00:00.000Z');
  });
});

describe('actions of a request', () => {
  test("are grouped by user and by day of the shop's zone", () => {
    const at = (iso: string) => Date.parse(iso);
    const sent = { word: 'view', id: 'm', sentTime: '' };
    const groups = groupByUser(
      [
        { userId: 'a', actions: [{ ...sent, at: at('2026-07-01T22:30:00Z') }] },
        { userId: 'b', actions: [{ ...sent, at: at('2026-07-01T10:00:00Z') }] },
        { userId: 'a', actions: [{ ...sent, at: at('2026-07-01T21:30:00Z') }] },
        { userId: 'c', actions: [] },
      ],
      zoneOf('Europe/Berlin'),
    );
    expect(groups.map(({ userId, first, last, days }) => [userId, first, last, [...days.keys()]])).toEqual([
      ['a', '2026-07-01', '2026-07-02', ['2026-07-02', '2026-07-01']],
      ['b', '2026-07-01', '2026-07-01', ['2026-07-01']],
    ]);
  });
});

describe('the hash of a text', () => {
  // From the reference implementation, over UTF-16 (little endian).
  test.each([
    ['', '00000000000000000000000000000000'],
    ['a', '033bb196ccef4fe1ccef4fe1ccef4fe1'],
    ['abc', '2b5b97a320f75fb55012c2b45012c2b4'],
    ['The quick brown fox jumps over the lazy dog', '15beb6860f94f6cafed4894d28be6d5b'],
    ['日本語テキスト😀', 'bd9edb0e0562189f93e8baebb3ae23c8'],
    ['x'.repeat(1_001), '6190beca8b92bd8e2e7c4d3b8dee8bb0'],
  ])('%.20j is MurmurHash3', (text, hash) => {
    expect(contentHash(text)).toBe(hash);
  });
});

test('bytes of a text are those of its UTF-8', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => utf8Bytes(text) === Buffer.byteLength(text)));
  for (const text of ['\ud800', 'a\udc00', '\ud800\ud800', '\udc00\ud800', '😀'])
    expect(utf8Bytes(text)).toBe(Buffer.byteLength(text));
});
