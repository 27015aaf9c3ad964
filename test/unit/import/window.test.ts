import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { importFile } from '../../../cli/import/import-file.ts';
import type { Action } from '../../../core/actions/action.ts';
import { missingChunks } from '../../../core/import/chunks.ts';
import type { RowAction, RowResult } from '../../../core/import/row.ts';
import { groupRows, WINDOW_ROWS } from '../../../core/import/window.ts';
import { chunksOf } from '../../../core/ingest/chunks.ts';
import { zoneOf } from '../../../core/time.ts';

const UTC = zoneOf('UTC');
const DAY = 86_400_000;
const action = (id: string, at = 0): Action => ({ word: 'view', at, id });
const row = (user: string, id: string, at = 0): RowAction => ({ user, action: action(id, at), time: String(at) });

describe('rows of a window', () => {
  test('are grouped by user and day without losing or mixing any', () => {
    const someRow = fc
      .tuple(fc.constantFrom('a', 'b', '__proto__'), fc.nat(3), fc.string())
      .map(([user, day, id]) => row(user, id, day * DAY));
    fc.assert(
      fc.property(fc.array(someRow), (rows) => {
        const groups = groupRows(rows, UTC);
        expect(new Set(groups.map(({ user }) => user)).size).toBe(groups.length);
        for (const { user, days, first, last } of groups) {
          const own = rows.filter((each) => each.user === user);
          expect([...days.values()].flat().length).toBe(own.length);
          expect([...days.keys()].sort()).toEqual([...new Set(own.map((each) => UTC.dayOf(each.action.at)))].sort());
          expect([first, last]).toEqual([[...days.keys()].sort()[0], [...days.keys()].sort().at(-1)]);
        }
      }),
    );
  });
});

describe('chunks of which some actions are stored', () => {
  const cut = (actions: readonly Action[]) => chunksOf('user', '1970-01-01', actions);

  test('give every missing action once, and whole chunks as they are', () => {
    const ids = fc.uniqueArray(fc.nat(60).map(String), { maxLength: 40 });
    fc.assert(
      fc.property(ids, ids, (inFile, inStore) => {
        const chunks = cut(inFile.map((id) => action(id)));
        const stored = new Set(inStore);
        const missing = missingChunks(chunks, stored, cut);
        const written = missing.flatMap(({ actions }) => actions.map(({ id }) => id));
        expect(written.sort()).toEqual(inFile.filter((id) => !stored.has(id)).sort());
        if (inFile.every((id) => !stored.has(id))) expect(missing).toEqual(chunks);
      }),
    );
  });
});

describe('a file', () => {
  test('is written in windows that end at the same rows, whatever was rejected in them', async () => {
    const total = 2 * WINDOW_ROWS + 10;
    const result = (n: number): RowResult => {
      if (n % 5 === 0) return { problem: 'absent', column: 'user' };
      return n % 7 === 0 ? 'repeated' : row(`u${n % 3}`, String(n), n);
    };
    const windows: number[][] = [];
    const rejected: number[] = [];
    const summary = await importFile({
      file: {
        ownIds: false,
        progress: () => 0,
        close: () => {},
        async *rows() {
          for (let n = 0; n < total; n++) yield { line: n + 2, result: result(n) };
        },
      },
      zone: UTC,
      clock: () => 0,
      progress: () => {},
      rejects: {
        reasons: {},
        close: async () => {},
        add: async (line) => void rejected.push(line),
      },
      writer: {
        async write(rows) {
          windows.push(rows.map(({ action: { id } }) => Number(id)));
          return { accepted: rows.length - 1, duplicates: 1 };
        },
      },
    });
    expect(windows.map((ids) => Math.floor(ids[0]! / WINDOW_ROWS))).toEqual([0, 1, 2]);
    for (const [window, ids] of windows.entries()) {
      expect(ids.every((id) => Math.floor(id / WINDOW_ROWS) === window)).toBe(true);
    }
    expect(rejected[0]).toBe(2);
    expect(summary).toEqual({
      read: total,
      accepted: windows.flat().length - 3,
      duplicates: total - rejected.length - windows.flat().length + 3,
      rejected: rejected.length,
      users: 3,
      firstDay: '1970-01-01',
      lastDay: '1970-01-01',
      seconds: 0,
    });
  });
});
