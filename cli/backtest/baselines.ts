/** Fits the baselines on weekly snapshots before training ends, and asks them about the user-origins that we are asked about. */

import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createFeatures, rhythmOf, typesBefore } from '../../core/backtest/features.ts';
import { type History, type Log, type Population, populationOf } from '../../core/backtest/population.ts';
import { type Protocol, snapshotDays } from '../../core/backtest/protocol.ts';
import { createRandom } from '../../core/simulation/random.ts';
import { addDays, type Day, dayNumber } from '../../core/time.ts';
import { Failure } from '../framework.ts';
import { tied } from '../interruption.ts';
import { ROOT } from '../project.ts';

export const BASELINES = ['recency', 'logistic', 'lightgbm', 'bgnbd'] as const;
export type Baseline = (typeof BASELINES)[number];

/** More snapshots of users than this are sampled. */
const MOST_ROWS = 300_000;

export interface Fitted {
  /** `probability[h][row]`, as the horizons of the protocol. */
  probability: Float64Array[];
}

export interface BaselineOptions {
  log: Log;
  protocol: Protocol;
  population: Population;
  models: readonly Baseline[];
  /** Days between two snapshots of training. */
  every?: number;
  python: string;
  progress(text: string): void;
  /** Permutes the labels of training: what is learned from them must be nothing. */
  shuffleLabels?: boolean;
}

/** @throws Failure when the Python side fails, or there is no day to train on */
export async function fitBaselines(options: BaselineOptions): Promise<{
  fitted: Map<Baseline, Fitted>;
  report: Record<string, unknown>;
}> {
  const { log, protocol, population, models } = options;
  const days = snapshotDays(protocol, log.firstDay, options.every);
  // Outcomes of training end with it: a snapshot whose window reaches further has none.
  const train = populationOf(log.histories, days, { ...protocol, end: addDays(protocol.trainEnd, -1) });
  if (!train.labels.some((labels) => labels.includes(1)))
    throw new Failure(
      `no window before --train-end ${protocol.trainEnd} saw a purchase, so nothing can be trained`,
      'take a later --train-end, or check that --types names purchases',
    );
  const folder = mkdtempSync(join(tmpdir(), 'buy-timing-baselines-'));
  try {
    const types = typesBefore(log.histories, dayNumber(protocol.trainEnd));
    const kept = sampled(train);
    if (options.shuffleLabels) shuffle(train);
    writeRows(join(folder, 'train'), log.histories, days, train, kept, types);
    writeFileSync(
      join(folder, 'train.day.i32'),
      Int32Array.from(kept, (row) => dayNumber(days[train.origin[row]!]!)),
    );
    const all = Int32Array.from({ length: population.rows }, (_, row) => row);
    const names = writeRows(join(folder, 'test'), log.histories, protocol.origins, population, all, types);
    writeFileSync(join(folder, 'buyers.f32'), buyersAt(log.histories, dayNumber(protocol.trainEnd)));
    const meta = { features: names, horizons: protocol.horizons };
    writeFileSync(join(folder, 'meta.json'), JSON.stringify(meta));
    const wanted = models.filter(
      (model) => model !== 'bgnbd' || buyersAt(log.histories, dayNumber(protocol.trainEnd)).length > 0,
    );
    const report = await runPython(options, folder, wanted);
    const fitted = new Map(
      wanted.map((model) => [model, readFitted(join(folder, `${model}.f64`), protocol, population)]),
    );
    return { fitted, report: { snapshots: days.length, rows: kept.length, features: names.length, ...report } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sampled({ rows }: Population): Int32Array {
  const share = Math.min(1, MOST_ROWS / rows);
  const random = createRandom(rows, 0x736e6170);
  const kept: number[] = [];
  for (let row = 0; row < rows; row++) if (share === 1 || random.chance(share)) kept.push(row);
  return Int32Array.from(kept);
}

function shuffle({ rows, labels }: Population): void {
  const random = createRandom(rows, 0x73687566);
  for (const list of labels) {
    const known: number[] = [];
    for (let row = 0; row < rows; row++) if (list[row]! >= 0) known.push(row);
    for (let i = known.length - 1; i > 0; i--) {
      const [a, b] = [known[i]!, known[random.integer(0, i)]!];
      [list[a], list[b]] = [list[b]!, list[a]!];
    }
  }
}

/** Streams features, labels and rhythms of rows. @returns the names of the features */
function writeRows(
  path: string,
  histories: readonly History[],
  days: readonly Day[],
  { user, origin, labels }: Population,
  rows: Int32Array,
  types: readonly number[],
): string[] {
  const { names, write } = createFeatures(types);
  const [features, marks, rhythms] = ['features.f32', 'labels.i8', 'rhythm.f32'].map((name) =>
    openSync(`${path}.${name}`, 'w'),
  ) as [number, number, number];
  const part = 4_096;
  for (let from = 0; from < rows.length; from += part) {
    const some = rows.subarray(from, from + part);
    const x = new Float32Array(some.length * names.length);
    const y = new Int8Array(some.length * labels.length);
    const r = new Float32Array(some.length * 3);
    for (const [i, row] of some.entries()) {
      const history = histories[user[row]!]!.days;
      const day = dayNumber(days[origin[row]!]!);
      write(history, day, x, i * names.length);
      for (const [h, list] of labels.entries()) y[i * labels.length + h] = list[row]!;
      const { repeats, recency, age } = rhythmOf(history, day);
      r.set([repeats, recency, age], i * 3);
    }
    for (const [file, data] of [
      [features, x],
      [marks, y],
      [rhythms, r],
    ] as const)
      writeSync(file, data);
  }
  for (const file of [features, marks, rhythms]) closeSync(file);
  return names;
}

function buyersAt(histories: readonly History[], day: number): Float32Array {
  const buyers = histories.map(({ days }) => rhythmOf(days, day)).filter(({ repeats }) => repeats >= 0);
  return Float32Array.from(buyers.flatMap(({ repeats, recency, age }) => [repeats, recency, age]));
}

function readFitted(path: string, { horizons }: Protocol, { rows }: Population): Fitted {
  const bytes = readFileSync(path);
  const values = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  return { probability: horizons.map((_, h) => values.subarray(h * rows, (h + 1) * rows)) };
}

async function runPython(
  { python, progress }: BaselineOptions,
  folder: string,
  models: readonly Baseline[],
): Promise<Record<string, unknown>> {
  const args = ['-W', 'ignore', join(ROOT, 'model', 'baselines.py'), folder, '--models', models.join(',')];
  // Threads that wait by spinning make a busy machine many times slower.
  const env = { ...process.env, OMP_WAIT_POLICY: 'PASSIVE' };
  const child = tied(spawn(python, args, { stdio: ['ignore', 'pipe', 'pipe'], env }));
  const closed = new Promise<number | null>((done) => child.once('close', done));
  const errors: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    errors.push(line);
    progress(`baselines: ${line}`);
  });
  let last = '';
  for await (const line of createInterface({ input: child.stdout })) last = line;
  if ((await closed) !== 0) throw new Failure(`the baselines failed: ${errors.at(-1) ?? 'without a word'}`);
  return JSON.parse(last);
}
