/** Whether a shop's users do other things than they did: the population stability index of action words. */
import { typeOf } from '../actions/action.ts';
import type { Day } from '../time.ts';

export interface Drift {
  /** Σ (now − before) · ln(now / before) over words; below 0.1 is steady, above 0.25 another shop. */
  psi: number;
  alarm: boolean;
  /** The four weeks before the first of these days against the week before the second. */
  from: Day;
  to: Day;
  /** Words that moved most, their share of all actions; one without a category is what is rare of its type. */
  words: { word: string; before: number; now: number }[];
}

export interface WordTally {
  /** Words of all actions of one user in the two spans. */
  add(before: Iterable<string>, now: Iterable<string>): void;
  /** null for too few actions to compare. */
  drift(from: Day, to: Day): Drift | null;
}

interface Use {
  before: number;
  now: number;
  users: number;
}

const ALARM = 0.25;
/** Actions that each span must have. */
const ENOUGH = 200;
/** A word stands for itself from this share of all actions on. */
const OWN_SHARE = 0.01;
/** A category may be one user's own words: it is named where so many used it. */
const OWN_USERS = 5;
const SHOWN = 10;

export function createWordTally(): WordTally {
  const uses = new Map<string, Use>();
  const useOf = (word: string): Use => {
    const use = uses.get(word) ?? { before: 0, now: 0, users: 0 };
    uses.set(word, use);
    return use;
  };
  return {
    add(before, now) {
      const seen = new Set<string>();
      for (const [span, words] of [
        ['before', before],
        ['now', now],
      ] as const)
        for (const word of words) {
          useOf(word)[span]++;
          seen.add(word);
        }
      for (const word of seen) useOf(word).users++;
    },

    drift(from, to) {
      const total = { before: sum(uses.values(), 'before'), now: sum(uses.values(), 'now') };
      if (Math.min(total.before, total.now) < ENOUGH) return null;
      const fewest = OWN_SHARE * (total.before + total.now);
      const groups = Map.groupBy(uses, ([word, { before, now, users }]) =>
        before + now >= fewest && users >= OWN_USERS ? word : typeOf(word),
      );
      // Half an action more in each group: a word that was never used before is no infinite surprise.
      const share = (members: [string, Use][], span: 'before' | 'now') =>
        (sum(
          members.map(([, use]) => use),
          span,
        ) +
          0.5) /
        (total[span] + groups.size / 2);
      const words = [...groups].map(([word, members]) => {
        const [before, now] = [share(members, 'before'), share(members, 'now')];
        return { word, before, now, moved: (now - before) * Math.log(now / before) };
      });
      const psi = words.reduce((all, { moved }) => all + moved, 0);
      // What independent actions of a shop that did not change give on average.
      const chance = (groups.size - 1) * (1 / total.before + 1 / total.now);
      words.sort((a, b) => b.moved - a.moved);
      return {
        psi,
        alarm: psi - chance > ALARM,
        from,
        to,
        words: words.slice(0, SHOWN).map(({ word, before, now }) => ({ word, before, now })),
      };
    },
  };
}

function sum(uses: Iterable<Use>, span: 'before' | 'now'): number {
  let all = 0;
  for (const use of uses) all += use[span];
  return all;
}
