/** What the shop's newest weeks say of a bundle, beside the live one and logistic regression. */
import { type Judged, pairedDifferences } from '../backtest/bootstrap.ts';
import { type Log, type Population, populationOf } from '../backtest/population.ts';
import { fits, type Protocol } from '../backtest/protocol.ts';
import { say } from '../backtest/say.ts';
import { measure } from '../evaluation.ts';
import { type Bundle, HORIZONS, type Scorer } from '../model/contract.ts';
import { chanceInterval } from '../quality/measures.ts';
import { ACTIVE_DAYS } from '../scores.ts';
import { addDays, type Day, dayNumber, type Zone } from '../time.ts';
import { againstOf, type Evidence } from './gate.ts';
import { logisticOf } from './logistic.ts';

/** Five weekly origins, the first of which sees the longest horizon through. */
export const GATE_DAYS = 35;
const WEEK = 7;
/** Days before the first origin that logistic regression is trained on. */
export const TRAINING_DAYS = 182;

const CANDIDATE = 'candidate';

/** The gate cannot tell; the message says what is missing. */
export class NotJudged extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotJudged';
  }
}

export interface Contender {
  bundle: Bundle;
  scorer: Scorer;
}

/**
 * The weekly days that both bundles are asked about: after everything that trained one of them on this shop.
 * @param until first day whose purchases do not count
 * @throws NotJudged
 */
export function gateOrigins(bundles: readonly Bundle[], until: Day): Day[] {
  const trained = bundles.flatMap(({ manifest: { version, trainedOn } }) =>
    trainedOn.simulated ? [] : [{ version, lastDay: trainedOn.lastDay }],
  );
  const [latest] = trained.sort((a, b) => (a.lastDay > b.lastDay ? -1 : 1));
  const after = latest ? addDays(latest.lastDay, 1) : '';
  const origins = Array.from({ length: GATE_DAYS / WEEK }, (_, week) =>
    addDays(until, (week + 1) * WEEK - GATE_DAYS - WEEK),
  );
  const left = origins.filter((day) => day >= after);
  if (left.length === 0)
    throw new NotJudged(
      `${latest!.version} was trained on days up to ${latest!.lastDay}, so nothing is left to judge by: ` +
        `train until ${origins[0]}, or some weeks later`,
    );
  return left;
}

/**
 * @param log a sample of the shop, nothing at or after `until` in it
 * @throws NotJudged
 */
export async function evidenceOf(input: {
  log: Log;
  zone: Zone;
  until: Day;
  candidate: Contender;
  current: Contender;
  progress(text: string): void;
}): Promise<Evidence> {
  const { log, zone, until, candidate, current, progress } = input;
  const origins = gateOrigins([candidate.bundle, current.bundle], until);
  const end = addDays(until, -1);
  const horizons = HORIZONS.filter((horizon) => fits({ end }, origins[0]!, horizon));
  const protocol: Protocol = { trainEnd: origins[0]!, origins, activeDays: ACTIVE_DAYS, horizons, end };
  const population = populationOf(log.histories, origins, protocol);
  if (!population.labels.some((labels) => labels.includes(1)))
    throw new NotJudged(`nobody bought from ${origins[0]} on, so that nothing can be told apart`);
  const saidBy = async ({ bundle, scorer }: Contender) => {
    const tell = (text: string) => progress(`${bundle.manifest.version}, ${text}`);
    const said = await say({ bundle, scorer, zone, histories: log.histories, origins, population, progress: tell });
    return horizons.map((horizon) => said.probability[HORIZONS.indexOf(horizon)]!);
  };
  const ours = await saidBy(candidate);
  const theirs = await saidBy(current);
  progress('logistic regression');
  const models = new Map([
    [CANDIDATE, ours],
    ['current', theirs],
    ['logistic', logisticOf(log, protocol, population)],
  ]);
  const judged = horizons.map((horizon, h) => judgedOf(population, h, horizon, models));
  progress('comparing');
  const { differences } = pairedDifferences(judged, CANDIDATE, log.histories.length);
  const meanLoss = (model: string) =>
    judged.reduce((sum, { probabilities, labels }) => sum + measure(probabilities.get(model)!, labels).logLoss, 0) /
    judged.length;
  const losses = new Map(['current', 'logistic'].map((model) => [model, meanLoss(model)]));
  return {
    candidate: candidate.bundle.manifest.version,
    current: current.bundle.manifest.version,
    origins,
    end,
    users: new Set(population.user).size,
    horizons: judged.map(({ horizon, labels, probabilities }) => {
      const p = probabilities.get(CANDIDATE)!;
      const sum = (value: (row: number) => number) =>
        Array.from(labels, (_, row) => value(row)).reduce((a, b) => a + b, 0);
      const expected = sum((row) => p[row]!);
      const total = { n: labels.length, actual: 0, expected, squares: sum((row) => p[row]! ** 2) };
      const { low, high } = chanceInterval(total, 0.99, overlapOf(origins, horizon, end));
      const buyers = sum((row) => labels[row]!);
      const { logLoss } = measure(p, labels);
      return { horizon, n: labels.length, buyers, expected, low99: low, high99: high, logLoss };
    }),
    against: againstOf(differences, losses),
  };
}

/** One horizon's rows whose outcomes are known. */
function judgedOf(
  { labels, user, rows }: Population,
  h: number,
  horizon: number,
  models: ReadonlyMap<string, Float64Array[]>,
): Judged {
  const known = Array.from({ length: rows }, (_, row) => row).filter((row) => labels[h]![row]! >= 0);
  return {
    horizon,
    labels: Uint8Array.from(known, (row) => labels[h]![row]!),
    user: Int32Array.from(known, (row) => user[row]!),
    probabilities: new Map([...models].map(([model, by]) => [model, Float64Array.from(known, (row) => by[h]![row]!)])),
  };
}

/** How many windows a day lies in on average: so many times too often is each outcome counted. */
function overlapOf(origins: readonly Day[], horizon: number, end: Day): number {
  const whole = origins.filter((origin) => fits({ end }, origin, horizon));
  const days = new Set<number>();
  for (const day of whole) for (let t = 0; t < horizon; t++) days.add(dayNumber(day) + t);
  return (whole.length * horizon) / days.size;
}
