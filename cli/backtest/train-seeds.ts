/** Trains a model by `npm run train` for each seed, on nothing at or after the end of training. */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Day } from '../../core/time.ts';
import { Failure } from '../framework.ts';
import { tied } from '../interruption.ts';
import { ROOT } from '../project.ts';

/** Seeds of members follow each other within a training; those of two trainings stay apart. */
const SEEDS_OF_ONE = 100;

export interface Trained {
  seed: number;
  folder: string;
  /** What `train` printed. */
  result: Record<string, unknown>;
}

/**
 * @param options flags of `train` without their dashes; absent ones are left to it
 * @param folder where the bundles go
 * @throws Failure with the last words of a training that failed
 */
export async function trainSeeds(
  seeds: number,
  folder: string,
  options: Record<string, string | number | undefined> & { until: Day; privateLedger?: string },
  progress: (text: string) => void,
): Promise<Trained[]> {
  const trained: Trained[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const out = join(folder, `seed-${seed}`);
    const flags = { ...options, out, seed: seed * SEEDS_OF_ONE };
    // An experiment of its own: it spends nothing of the shop's budget, and no bundle of it is to leave the shop.
    if (options.privateEpsilon !== undefined) flags.privateLedger = join(folder, `ledger-${seed}.json`);
    const result = await train(flags, (text) => progress(`training, seed ${seed + 1} of ${seeds}: ${text}`));
    trained.push({ seed, folder: out, result });
  }
  return trained;
}

async function train(
  flags: Record<string, string | number | undefined>,
  progress: (text: string) => void,
): Promise<Record<string, unknown>> {
  const args = Object.entries(flags).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [
          `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
          Number.isNaN(Number(value)) || Number.isFinite(Number(value)) ? String(value) : 'inf',
        ],
  );
  const child = tied(
    spawn(process.execPath, [join(ROOT, 'cli', 'main.ts'), 'train', ...args, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const closed = new Promise<number | null>((done) => child.once('close', done));
  let lastWords = '';
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.trim()) lastWords = line;
    progress(line);
  });
  let last = '';
  for await (const line of createInterface({ input: child.stdout })) last = line;
  const code = await closed;
  if (code !== 0) {
    rmSync(String(flags.out), { recursive: true, force: true });
    throw new Failure(`the training failed: ${lastWords || `it tied with ${code}`}`);
  }
  return JSON.parse(last);
}
