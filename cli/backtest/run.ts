/** A whole backtest on a log in memory: who is asked, what everyone says of them, and how good that was. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '../../adapters/onnx.ts';
import { CORRECTED, correctedOf } from '../../core/backtest/corrected.ts';
import { gapClosed } from '../../core/backtest/evidence.ts';
import { judge, meanOf, OURS, type Prediction, predictionOf, type Verdict } from '../../core/backtest/judge.ts';
import { judgeNextAction, judgeNextCategory, type NextVerdict } from '../../core/backtest/next.ts';
import { type Log, type Population, populationOf } from '../../core/backtest/population.ts';
import { fits, type Protocol, planProtocol } from '../../core/backtest/protocol.ts';
import { type Said, say } from '../../core/backtest/say.ts';
import { inWords } from '../../core/backtest/verdict.ts';
import type { Day, Zone } from '../../core/time.ts';
import { createVocabulary } from '../../core/vocabulary.ts';
import { Failure } from '../framework.ts';
import { type Baseline, fitBaselines } from './baselines.ts';
import { correctionsOf, type DemandForecast, forecastDemand } from './demand.ts';
import { writePredictions } from './predictions.ts';
import { pageOf } from './report/page.ts';
import { readTruth } from './truth.ts';

export interface BacktestInput {
  log: Log & { rejected: number };
  zone: Zone;
  asked: { trainEnd?: string; origins?: string[]; activeDays: number; horizons?: string[]; end?: string };
  /** Gives the bundles to judge together, by the seed each was trained with. */
  bundles(protocol: Protocol): Promise<{ seed: number; folder: string }[]>;
  baselines: readonly Baseline[];
  /** Days between two snapshots that baselines are trained on. */
  snapshotDays: number;
  /** A truth file. */
  truth: string | undefined;
  python: string;
  /** Where predictions and page go. */
  out: string;
  /** Name of the log in the results. */
  name: string;
  /** Epoch milliseconds. */
  started: number;
  progress(text: string): void;
}

export interface Metrics extends Pick<Verdict, 'results' | 'paired'> {
  verdict: string;
  data: { file: string; users: number; actions: number; rejected: number; firstDay: Day; lastDay: Day };
  protocol: Protocol & {
    seeds: number[];
    timeZone: string;
    dropped: { origin: Day; horizon: number }[];
    draws: number;
  };
  models: { seed: number; version: string; modelCalls: number }[];
  baselines: Record<string, unknown>;
  evidence: Verdict['evidence'];
  survival: Verdict['survival'];
  /** `forecast`: of the first seed's bundle, which is the one that is kept. */
  demand: { expectedBuyers: Verdict['buyers']; forecast: DemandForecast };
  /** Absent where there is nothing to choose from. */
  next: { action?: NextVerdict; category?: NextVerdict };
  oracle: Record<string, unknown>;
  seconds: Record<string, number>;
}

const FEWEST_USERS = 20;
const THREADS = 2;

/** @throws ProtocolError, Failure */
export async function runBacktest(input: BacktestInput): Promise<Metrics> {
  const { log, zone, progress } = input;
  const protocol = planProtocol(log, input.asked);
  const population = populationOf(log.histories, protocol.origins, protocol);
  checkPopulation(log, protocol, population);
  const seconds: Record<string, number> = { reading: (Date.now() - input.started) / 1000 };
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const from = performance.now();
    const result = await work();
    seconds[name] = (performance.now() - from) / 1000;
    return result;
  };

  const bundles = await timed('training', () => input.bundles(protocol));
  const said: { seed: number; scorer: Awaited<ReturnType<typeof loadModel>>; said: Said }[] = [];
  await timed('predicting', async () => {
    for (const { seed, folder } of bundles) {
      const scorer = await loadModel(folder, THREADS);
      const tell = (text: string) => progress(bundles.length > 1 ? `seed ${seed}, ${text}` : text);
      const { histories } = log;
      const own = {
        scorer,
        bundle: scorer.bundle,
        zone,
        histories,
        origins: protocol.origins,
        population,
        progress: tell,
      };
      said.push({ seed, scorer, said: await say(own) });
    }
  });
  const fitted = await timed('baselines', () =>
    fitBaselines({
      log,
      protocol,
      population,
      models: input.baselines,
      every: input.snapshotDays,
      python: input.python,
      progress,
    }),
  );
  const all = meanOf(
    said.map((one) => one.said),
    population,
  );
  const predictions: Prediction[] = [
    ...said.map((one) => predictionOf(one.seed, one.said, protocol.horizons)),
    predictionOf('all', all, protocol.horizons),
    ...[...fitted.fitted].map(([model, { probability }]): Prediction => ({ model, seed: 'all', probability })),
  ];
  const forecast = await timed('demand', async () => {
    const { scorer, said: own } = said[0]!;
    return forecastDemand({ log, zone, protocol, population, scorer, bundle: scorer.bundle, said: own, progress });
  });
  const corrected = await timed('correcting', async () => {
    const models = [{ said: said[0]!.said, corrections: forecast.origins.map(({ correction }) => correction) }];
    for (const { seed, scorer, said: own } of said.slice(1)) {
      const given = { log, zone, protocol, scorer, bundle: scorer.bundle };
      models.push({ said: own, corrections: await correctionsOf(given, (text) => progress(`seed ${seed}, ${text}`)) });
    }
    return correctedOf(models, population, protocol.origins);
  });
  predictions.push(predictionOf('all', corrected, protocol.horizons, CORRECTED));
  const verdict = await timed('judging', async () =>
    judge({ log, protocol, population, predictions, said: all, corrected, progress }),
  );
  progress('judging what comes next');
  const vocabulary = createVocabulary(said[0]!.scorer.bundle.vocabulary);
  const asked = { log, zone, protocol, population, said: said.map((one) => one.said), vocabulary };
  const next = await timed('next', async () => ({
    action: judgeNextAction(asked),
    category: judgeNextCategory(asked),
  }));
  const oracle = input.truth ? await oracleOf(input.truth, { log, protocol, population, predictions }) : {};
  await timed('predictions.csv.gz', () =>
    writePredictions(join(input.out, 'predictions.csv.gz'), { log, protocol, population, predictions }),
  );
  seconds.total = (Date.now() - input.started) / 1000;
  const { histories, actions, rejected, firstDay, lastDay } = log;
  const metrics: Metrics = {
    verdict: inWords(verdict.results, verdict.paired),
    data: { file: input.name, users: histories.length, actions, rejected, firstDay, lastDay },
    protocol: {
      ...protocol,
      seeds: bundles.map(({ seed }) => seed),
      timeZone: zone.name,
      dropped: protocol.origins.flatMap((origin) =>
        protocol.horizons.filter((horizon) => !fits(protocol, origin, horizon)).map((horizon) => ({ origin, horizon })),
      ),
      draws: verdict.draws,
    },
    models: said.map((one) => ({
      seed: one.seed,
      version: one.scorer.bundle.manifest.version,
      modelCalls: one.said.modelCalls,
    })),
    baselines: fitted.report,
    results: verdict.results,
    paired: verdict.paired,
    evidence: verdict.evidence,
    survival: verdict.survival,
    demand: { expectedBuyers: verdict.buyers, forecast },
    next,
    oracle,
    seconds,
  };
  writeFileSync(join(input.out, 'index.html'), pageOf(metrics));
  return metrics;
}

function checkPopulation(log: Log, protocol: Protocol, population: Population): void {
  if (!log.histories.some(({ days }) => days.purchases.length > 0))
    throw new Failure('the log has no purchase', 'say which of its types are with --types FROM=purchase');
  const users = new Set(population.user).size;
  if (users < FEWEST_USERS)
    throw new Failure(
      `${users} users acted in the ${protocol.activeDays} days before an origin, of ${log.histories.length} in the log; ` +
        `a backtest needs ${FEWEST_USERS}`,
      'name other --origins, more --active-days, or a longer log',
    );
  if (!population.labels.some((labels) => labels.includes(1) && labels.includes(0)))
    throw new Failure(
      'in no window do some of the active users buy and others not, so nothing can be told apart',
      'name other --origins or --horizons',
    );
}

async function oracleOf(
  path: string,
  given: { log: Log; protocol: Protocol; population: Population; predictions: readonly Prediction[] },
): Promise<Record<string, unknown>> {
  const truth = await readTruth(path, given);
  const { protocol, population, predictions } = given;
  const of = (model: string) => predictions.find((one) => one.model === model && one.seed === 'all')?.probability;
  const from = of('recency');
  if (!from) return {};
  const closedBy = (ours: Float64Array[]) => {
    const horizons = protocol.horizons.flatMap((horizon, h) => {
      const labels = population.labels[h]!;
      const rows = Array.from(labels, (_, row) => row).filter((row) => labels[row]! >= 0 && truth[h]![row]! >= 0);
      if (rows.length === 0) return [];
      const at = (values: ArrayLike<number>) => rows.map((row) => values[row]!);
      return [{ horizon, n: rows.length, ...gapClosed(at(ours[h]!), at(from[h]!), at(truth[h]!), at(labels)) }];
    });
    return { horizons, closed: horizons.reduce((sum, { closed }) => sum + closed, 0) / horizons.length };
  };
  return { against: 'recency', ...closedBy(of(OURS)!), corrected: closedBy(of(CORRECTED)!) };
}
