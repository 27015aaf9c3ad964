import { forecastOf, packForecast } from '../../../core/forecasts.ts';
import { batchesOf } from '../../../core/model/batches.ts';
import type { Bundle, Scorer, Sequence } from '../../../core/model/contract.ts';
import type { StoredForecast, UserRecord } from '../../../core/ports/users.ts';
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
export const CALLS_AT_ONCE = 4;

interface Shared {
  day: Day;
  shop: Float32Array;
  bundle: Bundle;
}

/** Asks the model for forecasts whose origin is the first instant of a day. */
export async function forecastUsers(
  deps: { scorer: Scorer; zone: Zone },
  asked: readonly Asked[],
  shared: Shared,
): Promise<{ forecasts: StoredForecast[]; requests: number }> {
  const sequences = asked.map(({ sequence }) => sequence);
  const { packed, requests } = await forecastSequences(deps, sequences, shared);
  const forecasts = asked.map(({ revision, lastActionAt, facts }, index) => ({
    packed: packed[index]!,
    originDay: shared.day,
    modelVersion: shared.bundle.manifest.version,
    revision,
    lastActionAt,
    facts,
  }));
  return { forecasts, requests };
}

/** The same for sequences alone. @returns packed forecasts in their order */
export async function forecastSequences(
  deps: { scorer: Scorer; zone: Zone },
  sequences: readonly Sequence[],
  { day, shop, bundle }: Shared,
): Promise<{ packed: Uint8Array[]; requests: number }> {
  const { manifest, vocabulary } = bundle;
  const origin = deps.zone.wallClock(deps.zone.startOf(day));
  const packed: Uint8Array[] = new Array(sequences.length);
  const answered = await concurrently(batchesOf(sequences, shop, origin), CALLS_AT_ONCE, async ({ input, members }) => {
    const output = await deps.scorer.score(input, manifest.version);
    if (output.bins !== manifest.bins.length - 1)
      throw new Error(`the model answers ${output.bins} time bins, bundle ${manifest.version} has others`);
    for (const [index, member] of members.entries()) {
      const names = { edges: manifest.bins, words: vocabulary, categories: sequences[member]!.categories };
      packed[member] = packForecast(forecastOf(output, index, names));
    }
  });
  return { packed, requests: answered.length };
}
