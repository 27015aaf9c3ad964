import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Ledger, liftOf, note } from '../../../core/audiences/lift.ts';
import { proportion } from '../../../core/proportion.ts';
import { addDays } from '../../../core/time.ts';

const FIRST = '2026-03-01';
const ledger = (): Ledger => ({ createdAt: 'x', until: null, entries: new Map() });

/** A user's purchases and membership, seen night by night. */
function watch(into: Ledger, user: { id: string; heldOut: boolean; member: boolean[]; bought: boolean[] }): void {
  for (let night = 0; night < user.member.length; night++) {
    const day = addDays(FIRST, night);
    const last = user.bought.slice(0, night).lastIndexOf(true);
    const seen = { user: user.id, boughtDaysAgo: last < 0 ? null : night - last, member: user.member[night]! };
    note(into, day, { ...seen, heldOut: user.heldOut });
    note(into, day, { ...seen, heldOut: user.heldOut });
    into.until = day;
  }
}

describe('the ledger of an audience', () => {
  test('counts every user once, from coming in, by the purchases of the days after, whatever nights are repeated', () => {
    const night = fc.record({ member: fc.boolean(), bought: fc.boolean() });
    const user = fc.record({ heldOut: fc.boolean(), nights: fc.array(night, { minLength: 25, maxLength: 25 }) });
    fc.assert(
      fc.property(fc.array(user, { maxLength: 12 }), fc.integer({ min: 1, max: 20 }), (users, days) => {
        const kept = ledger();
        const expected = { treated: { users: 0, buyers: 0 }, heldOut: { users: 0, buyers: 0 } };
        for (const [i, { heldOut, nights }] of users.entries()) {
          const [member, bought] = [nights.map((each) => each.member), nights.map((each) => each.bought)];
          watch(kept, { id: String(i), heldOut, member, bought });
          const entered = member.indexOf(true);
          if (entered < 0 || entered + days > 24) continue;
          const group = expected[heldOut ? 'heldOut' : 'treated'];
          group.users++;
          if (bought.slice(entered, entered + days).includes(true)) group.buyers++;
        }
        if (users.length === 0) kept.until = addDays(FIRST, 24);
        expect(liftOf(kept, days)).toMatchObject(expected);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the interval', () => {
  // Newcombe 1998, table II, row (a): 56/70 against 48/80.
  test('of a difference is that of the paper it is from', () => {
    const kept = ledger();
    const add = (heldOut: boolean, buyers: number, users: number) => {
      for (let i = 0; i < users; i++)
        kept.entries.set(`${heldOut}${i}`, { user: '', day: FIRST, heldOut, bought: i < buyers ? FIRST : null });
    };
    add(false, 56, 70);
    add(true, 48, 80);
    kept.until = addDays(FIRST, 30);
    const { difference } = liftOf(kept, 7);
    expect(difference!.value).toBeCloseTo(0.2, 10);
    expect(difference!.low).toBeCloseTo(0.0524, 4);
    expect(difference!.high).toBeCloseTo(0.3339, 4);
  });

  test('of nobody is none', () => {
    expect(proportion(0, 0)).toBeNull();
    expect(liftOf(ledger(), 7)).toMatchObject({ from: null, to: null, difference: null });
  });
});
