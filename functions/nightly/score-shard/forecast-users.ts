import { forecastOf, packForecast } from '../../../core/forecasts.ts';
import { batchesOf } from '../../../core/model/batches.ts';
import type { Bundle, Scorer, Sequence } from '../../../core/model/contract.ts';
import type { StoredForecast, UserRecord } from '../../../core/ports.ts';
import type { UserFacts } from '../../../core/profiles/facts.ts';
import type { Day, Zone } from '../../../core/time.ts';
import { concurrently } from '../../concurrently.ts';

/** A user to forecast: the sequence, and what is stored beside the forecast. */
export interface Asked {
  record: UserRecord;
  sequence: Sequence;
  revision: number;
  /** Epoch milliseconds. */
  lastActionAt: number;
  facts: UserFacts;
}

/** Calls in flight: a server batches them, and none waits for the other's way there and back. */
const CALLS_AT_ONCE = 4;

/** Asks the model for forecasts whose origin is the first instant of a day. */
export async function forecastUsers(
  deps: { scorer: Scorer; zone: Zone },
  asked: readonly Asked[],
  shared: { day: Day; shop: Float32Array; bundle: Bundle },
): Promise<{ forecasts: StoredForecast[]; requests: number }> {
  const { day, shop, bundle } = shared;
  const { manifest, vocabulary } = bundle;
  const origin = deps.zone.wallClock(deps.zone.startOf(day));
  const sequences = asked.map(({ sequence }) => sequence);
  const batches = [...batchesOf(sequences, shop, origin)];
  const forecasts: StoredForecast[] = new Array(asked.length);
  await concurrently(batches, CALLS_AT_ONCE, async ({ input, members }) => {
    const output = await deps.scorer.score(input);
    if (output.bins !== manifest.bins.length - 1)
      throw new Error(`the model answers ${output.bins} time bins, bundle ${manifest.version} has others`);
    for (const [index, member] of members.entries()) {
      const { sequence, revision, lastActionAt, facts } = asked[member]!;
      const names = { edges: manifest.bins, words: vocabulary, categories: sequence.categories };
      const packed = packForecast(forecastOf(output, index, names));
      forecasts[member] = { packed, originDay: day, modelVersion: manifest.version, revision, lastActionAt, facts };
    }
  });
  return { forecasts, requests: batches.length };
}
