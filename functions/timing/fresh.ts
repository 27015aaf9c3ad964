import type { Action } from '../../core/actions/action.ts';
import { type Forecast, forecastOf, packForecast, unpackForecast } from '../../core/forecasts.ts';
import { batchesOf } from '../../core/model/batches.ts';
import type { Scorer } from '../../core/model/contract.ts';
import type { ActionStore } from '../../core/ports/actions.ts';
import type { BundleStore } from '../../core/ports/objects.ts';
import type { Clock } from '../../core/ports/surroundings.ts';
import { buildSequence } from '../../core/sequences.ts';
import type { Zone } from '../../core/time.ts';
import { orModelAway, vocabularyOf } from './model-away.ts';

export interface FreshDependencies {
  clock: Clock;
  zone: Zone;
  actions: ActionStore;
  bundles: BundleStore;
  scorer: Scorer;
}

export interface FreshForecast {
  forecast: Forecast;
  /** What it was made from, in sequence order. */
  actions: Action[];
  lastActionAt: number;
  modelVersion: string;
}

/**
 * Wall-clock seconds of an instant, as the model's origin. Where clocks went back within the hour, the last action's wall
 * clock may be ahead of the instant's.
 * @param last wall-clock seconds of the last action before it
 */
export function originOf(zone: Zone, instant: number, last: number): number {
  return Math.max(zone.wallClock(instant), last);
}

/**
 * The model's forecast from this moment on, from every action until now. Nothing is stored.
 * @param shop shop statistics of the latest run
 * @returns undefined for a user without an action
 * @throws Problem 503 when the model does not answer
 */
export async function forecastNow(
  deps: FreshDependencies,
  user: string,
  shop: Float32Array,
): Promise<FreshForecast | undefined> {
  const { zone } = deps;
  const now = deps.clock();
  const [bundle, stored] = await Promise.all([deps.bundles.live(), deps.actions.read(user)]);
  // Clocks of clients run fast: what they date after now is left for later.
  const actions = stored.filter(({ at }) => at <= now);
  const last = actions.at(-1);
  if (!last) return undefined;
  const { manifest } = bundle;
  const sequence = buildSequence(actions, zone, vocabularyOf(bundle));
  const origin = originOf(zone, now, sequence.at.at(-1)!);
  const [batch] = batchesOf([sequence], shop, origin);
  const output = await orModelAway(deps.scorer.score(batch!.input, manifest.version), 'fresh');
  const names = { edges: manifest.bins, words: bundle.vocabulary, categories: sequence.categories };
  // Through the packed form, as every other probability.
  const forecast = unpackForecast(packForecast(forecastOf(output, 0, names)));
  return { forecast, actions, lastActionAt: last.at, modelVersion: manifest.version };
}
