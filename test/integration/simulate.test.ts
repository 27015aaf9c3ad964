import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import simulate from '../../cli/commands/simulate.ts';
import { runCommand } from '../../cli/framework.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulate-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (name: string) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
const run = (...args: string[]) => runCommand(simulate, args);

describe('simulate', () => {
  it('writes actions, causes and the truth of every seventh day', async () => {
    const options = ['--users', '50', '--days', '60', '--seed', '4', '--start', '2026-01-01', '--cause'];
    const code = await run(...options, '--out', join(folder, 'a.csv'), '--truth', join(folder, 't.csv'));
    expect(code).toBe(0);
    const [header, ...rows] = read('a.csv');
    expect(header).toBe('user_id,timestamp,type,category,quantity,value,cause');
    const users = new Set<string>();
    for (const row of rows) {
      const [user, timestamp, type, , quantity, , cause] = row.split(',');
      users.add(user!);
      expect(timestamp).toMatch(/^2026-0[1-3]-\d\dT\d\d:\d\d:\d\d$/);
      expect(cause !== '').toBe(type === 'purchase');
      expect(quantity !== '').toBe(type === 'purchase');
    }
    expect(users.size).toBe(50);
    const [truthHeader, ...truths] = read('t.csv');
    expect(truthHeader).toBe('user_id,day,p_1d,p_3d,p_7d,p_14d,p_30d');
    const firstDay = new Map<string, string>();
    for (const row of rows) {
      const [user, timestamp] = row.split(',');
      if (!firstDay.has(user!)) firstDay.set(user!, timestamp!.slice(0, 10));
    }
    for (const row of truths) {
      const [user, day, ...p] = row.split(',');
      expect((Date.parse(day!) - Date.parse('2026-01-01')) % (7 * 86_400_000)).toBe(0);
      expect(day! > firstDay.get(user!)!).toBe(true);
      expect(p.map(Number)).toEqual([...p.map(Number)].sort((a, b) => a - b));
    }
    expect(truths.length).toBeGreaterThan(100);
  });

  it('writes the same file for the same seed, another for another', async () => {
    for (const [name, seed] of [
      ['a', '1'],
      ['b', '1'],
      ['c', '2'],
    ] as const) {
      await run('--users', '20', '--start', '2026-01-01', '--seed', seed, '--out', join(folder, `${name}.csv`));
    }
    expect(read('a.csv')).toEqual(read('b.csv'));
    expect(read('a.csv')).not.toEqual(read('c.csv'));
  });

  it.each([
    ['nowhere to write', [], 2],
    ['a day that does not exist', ['--out', 'x.csv', '--start', '2026-02-30'], 2],
    ['an unknown preset', ['--out', 'x.csv', '--preset', 'bakery'], 2],
    ['a folder that does not exist', ['--out', '/nowhere/at/all/x.csv', '--users', '5'], 1],
  ])('refuses %s', async (_, args, code) => {
    expect(await run(...args)).toBe(code);
  });
});
