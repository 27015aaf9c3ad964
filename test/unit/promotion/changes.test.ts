import fc from 'fast-check';
import { type Change, historyOf, versionsBelow } from '../../../core/promotion/changes.ts';

let made = 0;
const change = (what: Change['what'], version: string, from: string | null, before: string | null): Change => {
  const name = `${String(made++).padStart(6, '0')}`;
  return { name, what, version, from, before, at: '', by: '', why: '', forced: false, gate: [] };
};

/** `a`: a is promoted, `-a`: it is rolled back to. */
function changesOf(first: string | null, steps: readonly string[]): Change[] {
  const changes: Change[] = [];
  for (const step of steps) {
    const last = changes.at(-1);
    const what = step.startsWith('-') ? 'rollback' : 'promotion';
    changes.push(change(what, step.replace('-', ''), last?.version ?? first, last?.name ?? null));
  }
  return changes;
}

describe('what a rollback can go back to', () => {
  test.each([
    ['shipped', [], []],
    ['shipped', ['b'], ['shipped']],
    [null, ['b'], []],
    ['a', ['b', 'c'], ['a', 'b']],
    ['a', ['b', 'c', '-b'], ['a']],
    ['a', ['b', 'c', '-a'], []],
    ['a', ['b', '-a', 'c'], ['a']],
    ['a', ['b', 'a', 'b'], ['a', 'b', 'a']],
    ['a', ['b', '-a', '-b'], ['a']],
  ])('after %s was live, then %j: %j', (first, steps, below) => {
    expect(versionsBelow(changesOf(first, steps))).toEqual(below);
  });

  test('after any promotions, as many rollbacks lead back to the first, each to another version', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 }), (given) => {
        const steps = given.filter((version, i) => version !== (given[i - 1] ?? 'first'));
        const changes = changesOf('first', steps);
        for (let left = steps.length; left > 0; left--) {
          const to = versionsBelow(changes).at(-1)!;
          expect(to).not.toBe(changes.at(-1)!.version);
          changes.push(change('rollback', to, changes.at(-1)!.version, changes.at(-1)!.name));
        }
        expect(changes.at(-1)?.version ?? 'first').toBe('first');
        expect(versionsBelow(changes)).toEqual([]);
      }),
    );
  });
});

test('a change that was written down and not carried out is no part of the history', () => {
  const [b, c] = changesOf('a', ['b', 'c']) as [Change, Change];
  const lost = change('promotion', 'x', 'b', b.name);
  expect(historyOf([lost, c, b], c.name)).toEqual([b, c]);
  expect(historyOf([lost, b], null)).toEqual([]);
});
