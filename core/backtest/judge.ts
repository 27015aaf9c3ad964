/** From what models said to `metrics.json`. */
import { type Measures, measure } from '../evaluation.ts';
import { HORIZONS } from '../model/contract.ts';
import { BANDS, type Band, bandOf } from '../scores.ts';
import { dayNumber } from '../time.ts';
import { type Judged, type PairedDifference, pairedDifferences } from './bootstrap.ts';
import { CORRECTED } from './corrected.ts';
import { type Compared, chanceCalibrationError, compare, gains, SILENCE_GROUPS, tenths } from './evidence.ts';
import type { Log, Population } from './population.ts';
import type { Protocol } from './protocol.ts';
import { CURVE_DAYS, type Said } from './say.ts';

export const OURS = 'buy-timing';

export interface ModelResult extends Measures {
  model: string;
  seed: number | 'all';
  horizon: number;
  /** Of ours, as trained and corrected, all seeds: the calibration error that chance stays below in 95 of 100 cases. */
  eceLimit?: number;
}

/** One model's probabilities, by index of the protocol's horizons. */
export interface Prediction {
  model: string;
  seed: number | 'all';
  probability: Float64Array[];
}

export interface Groups {
  bands: (Compared & { name: Band })[];
  silence: (Compared & { name: string })[];
}

export interface HorizonEvidence extends Groups {
  horizon: number;
  tenths: Compared[];
  /** The same of ours as corrected, in bands that follow from it. */
  corrected: Groups;
  /** Share of all buyers among the top 0, 2, … 100 %. */
  gains: Record<string, number[]>;
}

/** Buyers expected among the active users of an origin within the horizon. */
export interface ExpectedBuyers {
  /** Ours or ours as corrected. */
  model: string;
  origin: string;
  horizon: number;
  expected: number;
  actual: number;
  /** 95 % interval of the actual number, if the probabilities are right and users independent. */
  low: number;
  high: number;
}

export interface Verdict {
  results: ModelResult[];
  paired: PairedDifference[];
  draws: number;
  evidence: HorizonEvidence[];
  /** Share without a purchase after t days, over origins whose outcomes are known that long. */
  survival: { days: number; said: number[]; happened: number[] };
  buyers: ExpectedBuyers[];
}

/** What the seeds say together: the mean of their probabilities. */
export function meanOf(said: readonly Said[], { origin }: Population): Said {
  const [first] = said;
  if (said.length === 1) return first!;
  const mean = (of: (one: Said) => Float64Array) =>
    of(first!).map((_, i) => said.reduce((sum, one) => sum + of(one)[i]!, 0) / said.length);
  const probability = HORIZONS.map((_, h) => mean((one) => one.probability[h]!));
  return {
    ...first!,
    probability,
    band: first!.band.map((_, row) =>
      bandOf(
        probability.map((p) => p[row]!),
        first!.theta[origin[row]!]!,
      ),
    ),
    curve: first!.curve.map((_, index) => mean((one) => one.curve[index]!)),
  };
}

/** The horizons of the protocol among those of the model contract. */
export function predictionOf(
  seed: number | 'all',
  said: Pick<Said, 'probability'>,
  horizons: readonly number[],
  model = OURS,
): Prediction {
  const order: readonly number[] = HORIZONS;
  const probability = horizons.map((horizon) => said.probability[order.indexOf(horizon)]!);
  return { model, seed, probability };
}

export function judge(input: {
  log: Log;
  protocol: Protocol;
  population: Population;
  predictions: readonly Prediction[];
  /** Ours, all seeds together, and with the corrections of their runs. */
  said: Said;
  corrected: Pick<Said, 'band'>;
  progress(text: string): void;
}): Verdict {
  const { protocol, population, predictions, progress } = input;
  const ours = predictions.filter(({ model, seed }) => (model === OURS || model === CORRECTED) && seed === 'all');
  const results: ModelResult[] = [];
  const judged: Judged[] = [];
  const evidence: HorizonEvidence[] = [];
  for (const [h, horizon] of protocol.horizons.entries()) {
    const rows = knownRows(population.labels[h]!);
    if (rows.length === 0) continue;
    progress(`judging ${horizon} days`);
    const labels = Uint8Array.from(rows, (row) => population.labels[h]![row]!);
    const of = ({ probability }: Prediction) => Float64Array.from(rows, (row) => probability[h]![row]!);
    for (const prediction of predictions) {
      const p = of(prediction);
      const { model, seed } = prediction;
      const limit = ours.includes(prediction) ? { eceLimit: chanceCalibrationError(p) } : {};
      results.push({ model, seed, horizon, ...measure(p, labels), ...limit });
    }
    const compared = predictions.filter(({ seed }) => seed === 'all');
    const probabilities = new Map(compared.map((prediction) => [prediction.model, of(prediction)]));
    judged.push({ horizon, labels, user: Int32Array.from(rows, (row) => population.user[row]!), probabilities });
    evidence.push(evidenceOf(horizon, probabilities, labels, rows, input));
  }
  progress('comparing with the baselines');
  const { draws, differences } = pairedDifferences(judged, OURS, input.log.histories.length);
  const buyers = ours.flatMap((one) => buyersOf(input, one));
  return { results, paired: differences, draws, evidence, survival: survivalOf(input), buyers };
}

function knownRows(labels: Int8Array): Int32Array {
  const rows: number[] = [];
  for (let row = 0; row < labels.length; row++) if (labels[row]! >= 0) rows.push(row);
  return Int32Array.from(rows);
}

function evidenceOf(
  horizon: number,
  probabilities: ReadonlyMap<string, Float64Array>,
  labels: Uint8Array,
  rows: Int32Array,
  { said, corrected }: Pick<Parameters<typeof judge>[0], 'said' | 'corrected'>,
): HorizonEvidence {
  const p = probabilities.get(OURS)!;
  const places = Array.from(rows, (_, place) => place);
  const groupsOf = (own: Float64Array, band: readonly Band[]): Groups => {
    const among = (inside: (row: number) => boolean) =>
      compare(
        own,
        labels,
        places.filter((place) => inside(rows[place]!)),
      );
    return {
      bands: BANDS.map((name) => ({ name, ...among((row) => band[row] === name) })),
      silence: SILENCE_GROUPS.map(({ name, from, to }) => ({
        name,
        ...among((row) => said.silence[row]! >= from && said.silence[row]! <= to),
      })),
    };
  };
  return {
    horizon,
    tenths: tenths(p, labels),
    ...groupsOf(p, said.band),
    corrected: groupsOf(probabilities.get(CORRECTED)!, corrected.band),
    gains: Object.fromEntries([...probabilities].map(([model, own]) => [model, gains(own, labels)])),
  };
}

function survivalOf({ log, protocol, population, said }: Parameters<typeof judge>[0]): Verdict['survival'] {
  const longest = protocol.horizons.findLast((_, h) => population.labels[h]!.some((label) => label >= 0)) ?? 0;
  const days = Math.min(CURVE_DAYS, longest);
  const h = protocol.horizons.indexOf(longest);
  const whole = new Set<number>();
  const bought = new Float64Array(days + 2);
  let rows = 0;
  for (let row = 0; row < population.rows; row++) {
    if (population.labels[h]![row]! < 0) continue;
    rows++;
    const origin = population.origin[row]!;
    whole.add(origin);
    const today = dayNumber(protocol.origins[origin]!);
    const { purchases } = log.histories[population.user[row]!]!.days;
    const next = purchases.find((day) => day >= today) ?? Number.POSITIVE_INFINITY;
    bought[Math.min(days + 1, next - today + 1)]!++;
  }
  const mean = (t: number) => [...whole].reduce((sum, origin) => sum + said.curve[origin]![t]!, 0) / rows;
  let left = rows;
  const happened = Array.from({ length: days + 1 }, (_, t) => {
    left -= bought[t]!;
    return left / rows;
  });
  return { days, said: happened.map((_, t) => mean(t)), happened };
}

function buyersOf(
  { protocol, population }: Parameters<typeof judge>[0],
  { model, probability }: Prediction,
): ExpectedBuyers[] {
  const buyers: ExpectedBuyers[] = [];
  for (const [h, horizon] of protocol.horizons.entries())
    for (const [index, origin] of protocol.origins.entries()) {
      let [expected, actual, variance, known] = [0, 0, 0, 0];
      for (let row = 0; row < population.rows; row++) {
        const label = population.labels[h]![row]!;
        if (population.origin[row] !== index || label < 0) continue;
        const p = probability[h]![row]!;
        expected += p;
        variance += p * (1 - p);
        actual += label;
        known++;
      }
      const half = 1.96 * Math.sqrt(variance);
      const interval = { low: Math.max(0, expected - half), high: expected + half };
      if (known > 0) buyers.push({ model, origin, horizon, expected, actual, ...interval });
    }
  return buyers;
}
