import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readBundleFolder } from '../../adapters/bundles.ts';
import { fitBaselines } from '../../cli/backtest/baselines.ts';
import { readLog } from '../../cli/backtest/read-log.ts';
import type { Metrics } from '../../cli/backtest/run.ts';
import { ensurePython } from '../../cli/python.ts';
import { populationOf } from '../../core/backtest/population.ts';
import { planProtocol } from '../../core/backtest/protocol.ts';
import { measure } from '../../core/evaluation.ts';
import { createRandom } from '../../core/simulation/random.ts';
import { zoneOf } from '../../core/time.ts';
import { ROOT, runCommand } from '../support/system.ts';

const folder = mkdtempSync(join(tmpdir(), 'backtest-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const BUNDLE = join(ROOT, 'model/bundles/tiny');
const actions = join(folder, 'actions.csv');
const truth = join(folder, 'truth.csv');
const out = join(folder, 'out');
/** Days that the truth file has: every seventh of the log. */
const ORIGINS = '2026-03-26,2026-04-02,2026-04-09';
const usual = ['--time-zone', 'UTC', '--train-end', '2026-03-26', '--origins', ORIGINS, '--bundle', BUNDLE];
const backtest = (args: string[]) => runCommand(['backtest', '--json', ...args]);

beforeAll(async () => {
  const made = await runCommand([
    'simulate',
    '--users',
    '250',
    '--days',
    '112',
    '--start',
    '2026-01-01',
    '--seed',
    '5',
    '--out',
    actions,
    '--truth',
    truth,
  ]);
  if (made.code !== 0) throw new Error(made.stderr);
}, 120_000);

describe('a backtest of a bundle', () => {
  let metrics: Metrics;
  beforeAll(async () => {
    const { code, stdout, stderr } = await backtest(['--actions', actions, ...usual, '--truth', truth, '--out', out]);
    if (code !== 0) throw new Error(stderr);
    metrics = JSON.parse(stdout.trim().split('\n').at(-1)!);
  }, 240_000);

  test('leaves four things and nothing else', () => {
    expect(readdirSync(out).sort()).toEqual(['bundle', 'index.html', 'metrics.json', 'predictions.csv.gz']);
    expect(readdirSync(folder).filter((name) => name.startsWith('.out'))).toEqual([]);
    expect(JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8'))).toEqual(metrics);
  });

  test('its bundle is the one that was judged', async () => {
    const version = (await readBundleFolder(join(out, 'bundle'))).manifest.version;
    expect(metrics.models).toEqual([expect.objectContaining({ seed: 0, version })]);
  });

  test('drops windows that pass the end, and says which', () => {
    expect(metrics.data).toMatchObject({
      file: 'actions.csv',
      users: 250,
      firstDay: '2026-01-01',
      lastDay: '2026-04-22',
    });
    expect(metrics.protocol.dropped.map(({ origin, horizon }) => `${origin} ${horizon}`)).toEqual([
      '2026-03-26 30',
      '2026-04-02 30',
      '2026-04-09 30',
    ]);
    expect([...new Set(metrics.results.map(({ horizon }) => horizon))]).toEqual([1, 3, 7, 14]);
  });

  test('every figure can be recomputed from predictions.csv.gz', () => {
    const [header, ...lines] = gunzipSync(readFileSync(join(out, 'predictions.csv.gz')))
      .toString()
      .trim()
      .split('\n');
    expect(header).toBe('model,seed,user_id,origin,horizon,p,label');
    const groups = new Map<string, { p: number[]; y: number[] }>();
    for (const row of lines) {
      const [model, seed, , , horizon, p, label] = row.split(',');
      const key = `${model} ${seed} ${horizon}`;
      const group = groups.get(key) ?? { p: [], y: [] };
      groups.set(key, group);
      group.p.push(Number(p));
      group.y.push(Number(label));
    }
    expect(groups.size).toBe(metrics.results.length);
    for (const { model, seed, horizon, eceLimit: _, ...figures } of metrics.results) {
      const { p, y } = groups.get(`${model} ${seed} ${horizon}`)!;
      expect(measure(p, y)).toEqual(figures);
    }
  });

  test('compares with every baseline, on the same rows, by horizon and on the mean', () => {
    const models = [...new Set(metrics.results.map(({ model }) => model))].sort();
    expect(models).toEqual(['bgnbd', 'buy-timing', 'corrected', 'lightgbm', 'logistic', 'recency']);
    for (const horizon of [1, 3, 7, 14]) {
      const n = metrics.results.filter((one) => one.horizon === horizon).map((one) => one.n);
      expect(new Set(n).size).toBe(1);
    }
    const losses = metrics.paired.filter(({ measure, against }) => measure === 'logLoss' && against === 'lightgbm');
    expect(losses.map(({ horizon }) => horizon)).toEqual([1, 3, 7, 14, 'mean']);
    for (const { difference, low, high } of losses) expect(low <= difference && difference <= high).toBe(true);
  });

  test('counts expected buyers and groups also as corrected by the weeks before each origin', () => {
    for (const { horizon, bands, silence, corrected } of metrics.evidence) {
      const { n } = metrics.results.find((one) => one.horizon === horizon)!;
      for (const groups of [bands, silence, corrected.bands, corrected.silence])
        expect(groups.reduce((sum, one) => sum + one.n, 0)).toBe(n);
      const actual = (model: string) =>
        metrics.demand.expectedBuyers
          .filter((one) => one.model === model && one.horizon === horizon)
          .map((one) => one.actual);
      expect(actual('corrected')).toEqual(actual('buy-timing'));
      expect(actual('corrected').length).toBeGreaterThan(0);
    }
  });

  test('says how much of the gap from recency to the truth is closed', () => {
    const { horizons } = metrics.oracle as { horizons: { ours: number; from: number; truth: number }[] };
    expect(horizons).toHaveLength(4);
    for (const one of horizons.slice(1)) expect(one.truth).toBeLessThan(one.from);
  });

  test('its page needs no network and says the verdict', () => {
    const page = readFileSync(join(out, 'index.html'), 'utf8');
    expect(page).toContain(metrics.verdict);
    expect(page).not.toMatch(/(src|href)=|@import|url\(/);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
    expect(page.match(/<svg/g)!.length).toBeGreaterThan(5);
  });
});

test('baselines that learn from shuffled labels know nothing', async () => {
  const zone = zoneOf('UTC');
  const log = await readLog(actions, {}, zone, () => {});
  const asked = { trainEnd: '2026-03-26', origins: ORIGINS.split(','), activeDays: 90, horizons: ['7'] };
  const protocol = planProtocol(log, asked);
  const population = populationOf(log.histories, protocol.origins, protocol);
  // Outcomes without any order: a probability that ranks them has seen them.
  const random = createRandom(3);
  const rate = measure(population.labels[0]!, population.labels[0]!).rate;
  const labels = [population.labels[0]!.map(() => (random.chance(rate) ? 1 : 0))];
  const python = await ensurePython(() => {});
  const given = { log, protocol, population: { ...population, labels }, python, progress: () => {} };
  const { fitted } = await fitBaselines({ ...given, models: ['logistic', 'lightgbm'], shuffleLabels: true });
  for (const { probability } of fitted.values()) {
    const { auc } = measure(probability[0]!, labels[0]!);
    expect(Math.abs(auc - 0.5)).toBeLessThan(0.1);
  }
}, 120_000);

describe('what cannot be judged is said in one sentence', () => {
  const write = (name: string, rows: string[]): string => {
    const path = join(folder, name);
    writeFileSync(path, ['user_id,timestamp,type,category', ...rows, ''].join('\n'));
    return path;
  };
  const days = Array.from({ length: 100 }, (_, day) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10));
  const many = (type: string, users = 40) =>
    days.flatMap((day, i) =>
      Array.from({ length: users / 10 }, (_, k) => `u${(i * 7 + k * 11) % users},${day},${type},x`),
    );

  test.each([
    [
      'one user',
      () => days.map((day, i) => `u,${day},${i % 9 ? 'view' : 'purchase'},x`),
      [],
      1,
      /^1 users? acted .*a backtest needs 20/,
    ],
    ['no purchase', () => many('view'), [], 1, /the log has no purchase; say which/],
    [
      'one day',
      () => Array.from({ length: 30 }, (_, k) => `u${k},2026-01-01,purchase,x`),
      [],
      2,
      /leaves nothing on one side/,
    ],
    ['a type never seen', () => many('wish'), [], 1, /none of the 400 rows .* is an action/],
    [
      'a cut-off outside the log',
      () => many('purchase'),
      ['--train-end', '2027-01-01'],
      2,
      /--train-end 2027-01-01 leaves nothing/,
    ],
    [
      'no window that fits',
      () => many('purchase'),
      ['--train-end', '2026-04-01', '--origins', '2026-04-01', '--horizons', '30'],
      2,
      /no window of 30 days/,
    ],
    ['an unknown baseline', () => many('purchase'), ['--baselines', 'oracle'], 2, /--baselines oracle is not one of/],
    ['an unknown time zone', () => many('purchase'), ['--time-zone', 'Berlin'], 2, /time zone "Berlin"/],
    ['a bundle that is none', () => many('purchase'), ['--bundle', 'nowhere'], 1, /bundle .*nowhere is refused/],
  ] as const)(
    '%s',
    async (name, rows, args, code, message) => {
      const to = join(folder, 'refused');
      const file = write(`${name}.csv`, rows());
      const bundle = (args as readonly string[]).includes('--bundle') ? [] : ['--bundle', BUNDLE];
      const finished = await backtest(['--actions', file, '--time-zone', 'UTC', ...bundle, '--out', to, ...args]);
      expect(finished.stderr.trim().split('\n').at(-1)).toMatch(message);
      expect(finished.code).toBe(code);
      expect(existsSync(to)).toBe(false);
    },
    60_000,
  );

  /** Views of one user, many at a time, on every day of the log. */
  const busy = () => Array.from({ length: 100_000 }, (_, i) => `busy,${days[i % days.length]},view,x${i % 300}`);

  test.each([
    ['only purchases', () => many('purchase')],
    ['ten actions a user, and one user of 100,000', () => [...many('purchase'), ...busy()]],
  ])(
    'a log with %s is judged as any',
    async (name, rows) => {
      const file = write(`${name}.csv`, rows());
      const to = join(folder, 'odd');
      const args = ['--actions', file, '--time-zone', 'UTC', '--bundle', BUNDLE, '--horizons', '3,7', '--out', to];
      const { code, stderr, stdout } = await backtest([...args, '--baselines', 'recency,bgnbd']);
      expect(stderr).not.toContain('failed');
      expect(code).toBe(0);
      expect(JSON.parse(stdout.trim().split('\n').at(-1)!).results.length).toBeGreaterThan(0);
    },
    120_000,
  );

  test('a folder with something else in it is left alone', async () => {
    const { code, stderr } = await backtest(['--actions', actions, ...usual, '--out', folder]);
    expect(code).toBe(1);
    expect(stderr).toContain('holds something that is not a backtest');
    expect(existsSync(actions)).toBe(true);
  }, 60_000);
});
