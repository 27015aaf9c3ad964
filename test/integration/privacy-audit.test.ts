import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { runCommand } from '../support/system.ts';

const folder = mkdtempSync(join(tmpdir(), 'audit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('an audit leaves metrics and a page, and the same seed gives the same figures', async () => {
  const log = join(folder, 'shop.csv');
  const shop = ['simulate', '--users', '60', '--days', '60', '--start', '2026-01-05', '--out', log];
  expect((await runCommand(shop)).code).toBe(0);
  const small = ['--models', '3', '--planted', '4', '--train-end', '2026-01-26', '--cost-epsilon', '8', '--seeds', '1'];
  const audit = async (name: string) => {
    const out = join(folder, name);
    const made = await runCommand([
      'privacy-audit',
      '--actions',
      log,
      '--time-zone',
      'UTC',
      ...small,
      '--out',
      out,
      '--json',
    ]);
    expect(made.stderr).not.toContain('training stopped');
    return JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8'));
  };
  const [first, second] = [await audit('a'), await audit('b')];
  expect(first.results.map(({ epsilon }: { epsilon: number | null }) => epsilon)).toEqual([null, 8]);
  expect(first.cost.results.map(({ training }: { training: string }) => training)).toEqual(['none', 'without', '8']);
  for (const { seconds: _, ...result } of first.results)
    expect(second.results).toContainEqual(expect.objectContaining(result));
  expect(second.cost).toEqual(first.cost);
  expect(readFileSync(join(folder, 'a', 'index.html'), 'utf8')).toContain('Privacy audit of shop.csv');
  expect(existsSync(join(folder, 'a', 'data'))).toBe(false);
}, 600_000);
