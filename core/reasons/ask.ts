/** Asks the model about histories that did not happen, few calls for many of them. */
import { type Correction, correct } from '../corrections.ts';
import { forecastOf } from '../forecasts.ts';
import { batchesOf } from '../model/batches.ts';
import type { Scorer } from '../model/contract.ts';
import { cumulativeHazard, within } from '../scores.ts';
import { encode, latestPositions } from '../sequences.ts';
import type { Vocabulary } from '../vocabulary.ts';
import type { AskModel } from './reasons.ts';

export interface Asking {
  /** Shop statistics. */
  shop: Float32Array;
  /** Wall-clock seconds, not before anything of a history. */
  origin: number;
  /** Edges of the model's time bins. */
  edges: number[];
  vocabulary: Vocabulary;
  /** Of the bundle that both are of. */
  version?: string;
  correction: Correction;
  /** The horizon: P(purchase within so many days from the origin) is asked. */
  days: number;
}

/** @throws ScorerUnavailable (from the returned function) */
export function probabilitiesOf(scorer: Scorer, asking: Asking): AskModel {
  const { shop, origin, edges, vocabulary, version, correction, days } = asking;
  return async (histories) => {
    const sequences = histories.map((positions) => encode(latestPositions(positions), vocabulary));
    const probabilities: number[] = new Array(histories.length);
    for (const { input, members } of batchesOf(sequences, shop, origin)) {
      const output = await scorer.score(input, version);
      for (const [index, member] of members.entries()) {
        const forecast = forecastOf(output, index, { edges, words: [], categories: [] });
        probabilities[member] = within(correct(cumulativeHazard(forecast, 0), correction), days);
      }
    }
    return probabilities;
  };
}
