/** What every bench has in common. Each starts a system or a store of its own in a temporary folder. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Finished, runCommand, startSystem, temporaryFolder } from '../support/system.ts';

export interface BenchResult {
  value: number;
  /** What the value is compared with; `unit` says what both are. */
  against: number;
  /** value / against */
  ratio: number;
  unit: string;
  /** The single measurements behind the value. */
  runs: number[];
  [more: string]: unknown;
}

/** How much to do: 1 as `npm run bench`, less in a test that only shows that it runs. */
export interface BenchOptions {
  scale: number;
  progress(text: string): void;
}

export type Bench = (options: BenchOptions) => Promise<BenchResult>;

export function resultOf(value: number, against: number, unit: string, runs: number[], more = {}): BenchResult {
  return {
    value: round(value),
    against: round(against),
    ratio: round(value / against),
    unit,
    runs: runs.map(round),
    ...more,
  };
}

/** The value below which a share of the measurements lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export async function withTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = temporaryFolder();
  try {
    return await use(folder.path);
  } finally {
    folder.remove();
  }
}

/** A system on a free port; its folder is gone afterwards. */
export async function withSystem<T>(
  args: string[],
  use: (system: Awaited<ReturnType<typeof startSystem>>, data: string) => Promise<T>,
): Promise<T> {
  return withTemporaryFolder(async (folder) => {
    const data = join(folder, 'data');
    const system = await startSystem(data, ['--time-zone', 'UTC', ...args]);
    try {
      return await use(system, data);
    } finally {
      await system.stop();
      rmSync(data, { recursive: true, force: true });
    }
  });
}

/** Runs a command with `--json`. @throws Error with its output when it fails */
export async function command(args: string[]): Promise<Record<string, unknown>> {
  const run: Finished = await runCommand([...args, '--json']);
  const last = run.stdout.trim().split('\n').at(-1) ?? '';
  if (run.code !== 0) throw new Error(`${args[0]} ended with ${run.code}: ${run.stderr.trim() || last}`);
  return JSON.parse(last);
}

/** A file with the actions of simulated users. */
export async function simulated(
  file: string,
  users: number,
  days: number,
): Promise<{ actions: number; lastDay: string }> {
  const { actions, lastDay } = await command([
    ...['simulate', '--users', String(users), '--days', String(days), '--seed', '7', '--start', '2026-01-01'],
    ...['--out', file],
  ]);
  return { actions: Number(actions), lastDay: String(lastDay) };
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
