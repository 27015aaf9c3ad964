import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_LINKED, type MergePorts, merge } from '../../../../core/identity/merge.ts';
import { StoreBusy } from '../../../../core/ports/store-busy.ts';
import type { Link } from '../../../../core/ports/users.ts';

/** The ports in memory; every call is one step that others may come between. */
function createMemory(step: <T>(work: () => T) => Promise<T> = async (work) => work()) {
  const items = new Map<string, Link>();
  const rows = new Map<string, { into?: string; linked: Set<string> }>();
  const item = (id: string): Link => items.get(id) ?? { id, done: false, members: [], claims: 0 };
  const row = (user: string) => {
    if (!rows.has(user)) rows.set(user, { linked: new Set() });
    return rows.get(user)!;
  };
  const unchanged = (read: Link) => item(read.id).to === undefined && item(read.id).claims === read.claims;
  const ports: MergePorts = {
    links: {
      get: (id) => step(() => ({ ...item(id) })),
      claim: (link, ids) =>
        step(() => {
          if (!unchanged(link)) return false;
          const members = [...new Set([...item(link.id).members, ...ids])];
          items.set(link.id, { ...item(link.id), members, claims: link.claims + 1 });
          return true;
        }),
      commit: (link, to) =>
        step(() => {
          if (!unchanged(link)) return false;
          items.set(link.id, { ...item(link.id), to });
          return true;
        }),
      finish: (id) => step(() => void items.set(id, { ...item(id), done: true })),
    },
    users: {
      touch: async () => {},
      identityOf: async (user) => ({ user, linked: [] }),
      adopt: (user, ids) =>
        step(() => {
          const { into, linked } = row(user);
          if (into === undefined) for (const id of ids) linked.add(id);
          return into;
        }),
      bury: (user, into) =>
        step(() => {
          row(user).into = into;
          return {};
        }),
      noteConsent: async () => {},
    },
  };
  const rootOf = (id: string): string => {
    let at = id;
    for (let hops = 0; item(at).to !== undefined; hops++) {
      if (hops > 100) throw new Error(`a circle at ${id}`);
      at = item(at).to!;
    }
    return at;
  };
  return { ports, item, row, rootOf };
}

const ask = (memory: ReturnType<typeof createMemory>, previous: string, user: string, by = 'alias' as const) =>
  merge(memory.ports, { previous, user, by, encryptedId: () => new Uint8Array(), today: '2026-01-01' });

describe('a merge', () => {
  test.each([
    ['of two ids', [['a', 'u']], undefined],
    [
      'that is repeated',
      [
        ['a', 'u'],
        ['a', 'u'],
      ],
      undefined,
    ],
    [
      'of a merged user into a third',
      [
        ['a', 'u'],
        ['u', 'v'],
        ['a', 'v'],
      ],
      undefined,
    ],
    [
      'of two that belong to one user',
      [
        ['a', 'u'],
        ['b', 'u'],
        ['a', 'b'],
      ],
      undefined,
    ],
    ['of an id with itself', [['a', 'a']], 'link-cycle'],
    [
      'there and back',
      [
        ['a', 'b'],
        ['b', 'a'],
      ],
      'link-cycle',
    ],
    [
      'round three',
      [
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'a'],
      ],
      'link-cycle',
    ],
    [
      'of an id that belongs to another',
      [
        ['a', 'u'],
        ['a', 'v'],
      ],
      'linked-elsewhere',
    ],
  ] as [string, [string, string][], string | undefined][])('%s', async (_name, pairs, last) => {
    const memory = createMemory();
    const answers = [];
    for (const [previous, user] of pairs) answers.push(await ask(memory, previous, user));
    expect(answers.at(-1)).toBe(last);
    expect(answers.slice(0, -1).every((answer) => answer === undefined)).toBe(true);
  });

  test('takes what was merged before along', async () => {
    const memory = createMemory();
    for (const [previous, user] of [
      ['a', 'u'],
      ['b', 'u'],
      ['u', 'v'],
    ] as const)
      await ask(memory, previous, user);
    expect([...memory.row('v').linked].sort()).toEqual(['a', 'b', 'u']);
    expect(['a', 'b', 'u', 'v'].map(memory.rootOf)).toEqual(['v', 'v', 'v', 'v']);
  });

  test(`of the ${MAX_LINKED + 1}st id is refused`, async () => {
    const memory = createMemory();
    for (let n = 0; n < MAX_LINKED; n++) expect(await ask(memory, `a${n}`, 'u')).toBeUndefined();
    expect(await ask(memory, 'one more', 'u')).toBe('too-many-ids');
    expect(await ask(memory, 'u', 'v')).toBe('too-many-ids');
    expect(memory.row('u').linked.size).toBe(MAX_LINKED);
  });

  test('by identify says nothing of a device that another user left', async () => {
    const memory = createMemory();
    await ask(memory, 'device', 'first');
    const second = { previous: 'device', user: 'second', encryptedId: () => new Uint8Array(), today: '2026-01-01' };
    expect(await merge(memory.ports, { ...second, by: 'identify' })).toBeUndefined();
    expect(memory.rootOf('device')).toBe('first');
    expect(memory.row('second').linked.size).toBe(0);
  });
});

test('merges at the same time, in any order of their steps, end in no circle, and everyone reads whom they stand for', async () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd');
  const pairs = fc.array(fc.tuple(id, id), { minLength: 2, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), pairs, async (scheduler, asked) => {
      const memory = createMemory((work) => scheduler.schedule(Promise.resolve()).then(work));
      const calls = asked.map(([previous, user]) => ask(memory, previous, user).catch((error) => error));
      await scheduler.waitFor(Promise.all(calls));
      const answers = await Promise.all(calls);
      for (const answer of answers) if (answer instanceof Error && !(answer instanceof StoreBusy)) throw answer;
      // Who was told to come again comes again.
      for (const [index, [previous, user]] of asked.entries())
        if (answers[index] instanceof StoreBusy) await scheduler.waitFor(ask(memory, previous, user));
      for (const one of ['a', 'b', 'c', 'd']) {
        const root = memory.rootOf(one);
        for (const member of memory.row(one).linked) expect(memory.rootOf(member)).toBe(root);
        if (one === root) continue;
        expect(memory.row(one).into).toBeDefined();
        expect(memory.row(root).linked.has(one)).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});
