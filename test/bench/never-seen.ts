/**
 * The shipped bundle on real logs it never saw, through the product: import, nightly runs, scores; then each score
 * against what the file says happened. The value is the AUC of "buys within 7 days" over all days of the first log,
 * against that of recency alone.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Measures, measure } from '../../core/evaluation.ts';
import { type Day, daysBetween } from '../../core/time.ts';
import { type Bench, command, resultOf, withTemporaryFolder } from './bench.ts';

const LOGS = [
  { name: 'tmall', days: ['2013-07-16', '2013-07-23', '2013-07-30', '2013-08-06'] },
  { name: 'cdnow', days: ['1997-04-01', '1997-07-01', '1997-10-01'] },
];
const HORIZONS = [1, 3, 7, 14, 30];
const FOLDER = process.env.BUY_TIMING_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

interface Outcomes {
  /** Days with a purchase of each user, ascending. */
  purchases: Map<string, Day[]>;
  lastDay: Day;
}

interface Score {
  user: string;
  day: Day;
  silence: number;
  /** By horizon, as HORIZONS. */
  p: number[];
}

const bench: Bench = async ({ progress }) => {
  const logs: Record<string, Record<string, unknown>> = {};
  const aucs: { product: number; recency: number }[] = [];
  for (const { name, days } of LOGS) {
    const file = join(FOLDER, `${name}.csv`);
    if (!existsSync(file)) throw new Error(`there is no ${name}.csv in ${FOLDER}; name its folder in BUY_TIMING_DATA`);
    const outcomes = readOutcomes(file);
    const { scores, seconds } = await scoresOf(file, days, (text) => progress(`${name}: ${text}`));
    const byHorizon: Record<string, unknown> = {};
    for (const [index, horizon] of HORIZONS.entries()) {
      const whole = scores.filter(({ day }) => daysBetween(day, outcomes.lastDay) >= horizon - 1);
      if (whole.length === 0) continue;
      const labels = whole.map((score) => (buysWithin(outcomes, score, horizon) ? 1 : 0));
      const ours = measure(
        whole.map(({ p }) => p[index]!),
        labels,
      );
      const recency = measure(
        whole.map(({ silence }) => -silence),
        labels,
      );
      byHorizon[`${horizon}d`] = { ...rounded(ours), recencyAuc: round(recency.auc) };
      if (horizon === 7) aucs.push({ product: ours.auc, recency: recency.auc });
    }
    logs[name] = { days, ...seconds, byHorizon };
  }
  const [first] = aucs;
  return resultOf(first!.product, first!.recency, 'AUC, 7 days, first log (recency alone)', [first!.product], { logs });
};

async function scoresOf(file: string, days: Day[], progress: (text: string) => void) {
  return withTemporaryFolder(async (folder) => {
    const data = join(folder, 'data');
    progress('import');
    const imported = await command(['import', file, '--types', 'buy=purchase', '--data', data, '--time-zone', 'UTC']);
    const scores: Score[] = [];
    const nightlySeconds: number[] = [];
    for (const day of days) {
      progress(`nightly run of ${day}`);
      nightlySeconds.push(Number((await command(['nightly', '--day', day, '--data', data])).seconds));
      const out = join(folder, `${day}.csv`);
      await command(['scores', '--day', day, '--out', out, '--data', data]);
      scores.push(...readScores(out));
    }
    return { scores, seconds: { importSeconds: Number(imported.seconds), nightlySeconds } };
  });
}

function readScores(file: string): Score[] {
  const [header, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const columns = header!.split(',');
  const at = (name: string) => columns.indexOf(name);
  const places = HORIZONS.map((horizon) => at(`p_${horizon}d`));
  return lines.map((line) => {
    const cells = line.split(',');
    const [user, day, silence] = ['user_id', 'day', 'silence_days'].map((name) => cells[at(name)]!);
    return { user: user!, day: day!, silence: Number(silence), p: places.map((place) => Number(cells[place])) };
  });
}

/** Read apart from the product, so that a fault of its import cannot hide itself. */
function readOutcomes(file: string): Outcomes {
  const purchases = new Map<string, Day[]>();
  let lastDay = '';
  for (const line of readFileSync(file, 'utf8').trim().split('\n').slice(1)) {
    const [user, day, type] = line.split(',') as [string, Day, string];
    if (day > lastDay) lastDay = day;
    if (type === 'buy') purchases.set(user, [...(purchases.get(user) ?? []), day]);
  }
  return { purchases, lastDay };
}

function buysWithin({ purchases }: Outcomes, { user, day }: Score, horizon: number): boolean {
  return (purchases.get(user) ?? []).some((bought) => bought >= day && daysBetween(day, bought) < horizon);
}

const round = (value: number) => Number(value.toFixed(4));
const rounded = (measures: Measures) =>
  Object.fromEntries(Object.entries(measures).map(([name, value]) => [name, round(value)]));

export default bench;
