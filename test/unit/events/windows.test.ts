import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { closedOf, eventsOf } from '../../../core/events/window-event.ts';
import { nextWindows, STAYS_OPEN, type WindowState } from '../../../core/events/windows.ts';
import { bandOf, type Score } from '../../../core/scores.ts';
import { addDays } from '../../../core/time.ts';
import { rowWith } from '../../support/score-rows.ts';

const FIRST = '2026-03-01';
const THETA = 0.2;

function scoreOn(night: number, p3: number, windowIn = 9): Score {
  const day = addDays(FIRST, night);
  const probability = [p3 / 2, p3, p3, p3, Math.max(p3, 0.21)];
  const from = addDays(day, windowIn);
  return {
    day,
    silenceDays: 0,
    probability,
    expected: { date: day, low: day, high: day, within90d: 0.5 },
    bestWindow: { from, to: addDays(from, 2), probability: 0.1 },
    band: bandOf(probability, THETA),
  };
}

describe('a buying window', () => {
  test('opens and closes in turn, and is told once each, however p moves', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 0.4, noNaN: true }), { maxLength: 60 }), (ps) => {
        let state: WindowState | undefined;
        const told: string[] = [];
        for (const [night, p3] of ps.entries()) {
          const score = scoreOn(night, p3);
          state = nextWindows(state, score, THETA);
          const events = eventsOf(rowWith({ ...state, day: score.day }));
          told.push(...events.map(({ type, since }) => `${type} ${since}`));
          expect(state.open_since !== null).toBe(
            p3 >= THETA || (state.open_since !== null && p3 >= STAYS_OPEN * THETA),
          );
        }
        expect(new Set(told).size).toBe(told.length);
        for (const [i, one] of told.entries())
          expect(one.split(' ')[0]).toBe(i % 2 === 0 ? 'buying_window.opened' : 'buying_window.closed');
      }),
    );
  });

  test('does not flicker around θ', () => {
    const ps = [0.21, 0.19, 0.21, 0.18, 0.17, 0.15, 0.19, 0.21];
    let state: WindowState | undefined;
    const open = ps.map((p3, night) => {
      state = nextWindows(state, scoreOn(night, p3), THETA);
      return state.open_since;
    });
    expect(open).toEqual([FIRST, FIRST, FIRST, FIRST, FIRST, null, null, addDays(FIRST, 7)]);
  });
});

describe('a best window', () => {
  test('is told on its first day, and not again until a week after its last', () => {
    let state: WindowState | undefined;
    const told: number[] = [];
    for (let night = 0; night < 30; night++) {
      const score = scoreOn(night, 0.1, 0);
      state = nextWindows(state, score, THETA);
      if (state.best_since === score.day) told.push(night);
    }
    expect(told).toEqual([0, 10, 20]);
  });

  test('of who is unlikely to buy is not told', () => {
    const score = { ...scoreOn(0, 0.01, 0), band: 'unlikely' as const };
    expect(nextWindows(undefined, score, THETA).best_since).toBeNull();
  });
});

describe('the id of an event', () => {
  test('is the same for the same user, type and window, and does not name the user', () => {
    const row = rowWith({ open_since: '2026-03-10' });
    const [event] = eventsOf(row);
    expect(eventsOf({ ...row, p_3d: 0.9 })[0]!.id).toBe(event!.id);
    expect(event!.id).not.toContain(row.user.slice(0, 8));
    const closed = eventsOf(rowWith({ closed_since: '2026-03-02' }))[0]!;
    expect(closedOf(row.user, '2026-03-02', '2026-03-12').id).toBe(closed.id);
  });
});
