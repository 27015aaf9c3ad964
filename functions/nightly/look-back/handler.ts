import { NOTHING } from '../../../core/demand/errors.ts';
import { learnCorrection } from '../../../core/learn-correction.ts';
import type { BundleStore } from '../../../core/ports/objects.ts';
import type { RunStore } from '../../../core/ports/runs.ts';
import type { SettingStore } from '../../../core/ports/settings.ts';
import type { Log } from '../../../core/ports/surroundings.ts';
import { type Day, daysBetween } from '../../../core/time.ts';
import { correctionFor, type LearnedCorrection, listCorrections, putCorrection } from '../../runs/corrections.ts';
import type { LookBackInput, LookBackReply } from '../messages.ts';
import { getPast, getPlan } from '../state.ts';
import { casesOf } from './correction-cases.ts';
import { demandErrorsOf } from './demand-errors.ts';
import { type LookBack, lookBack, type PastForecastDependencies } from './past-forecasts.ts';

export interface LookBackDependencies extends PastForecastDependencies {
  log: Log;
  runs: RunStore;
  settings: SettingStore;
  bundles: BundleStore;
}

/** A correction is learned anew after so many days. */
const EVERY_DAYS = 7;

/**
 * Once a week, and at once for a new model: compares what the model would have said on past days with what happened
 * since, learns a correction from it, and has the run use it. Learns from nothing at or after the run's first instant,
 * and keeps each correction under its day, so that a run of a past day leaves the later ones as they are.
 */
export function createHandler(deps: LookBackDependencies): (input: LookBackInput) => Promise<LookBackReply> {
  return async ({ day }) => {
    const plan = await getPlan(deps.runs, day);
    if (!plan) throw new Error(`the run of ${day} has no plan`);
    if (plan.lookedBack) return { day, correction: plan.correction.version, forecasts: 0 };
    const corrections = await listCorrections(deps.settings);
    let correction = correctionFor(corrections, day, plan.modelVersion);
    let forecasts = 0;
    if (!correction || daysBetween(correction.asOf, day) >= EVERY_DAYS) {
      // The one that the run was planned with, whatever was promoted since.
      const bundle = await deps.bundles.of(plan.modelVersion);
      const past = await lookBack(deps, bundle, day);
      forecasts = past.origins.reduce((sum, { cases }) => sum + cases.length, 0);
      const learned = learn(past, day, plan.modelVersion, corrections);
      const demand = (await getPast(deps.runs, day)) ?? {
        ...plan.again,
        categories: [],
        swing: NOTHING,
      };
      const { drift } = past;
      correction = { ...learned, demandErrors: demandErrorsOf(past, learned, demand), ...(drift && { drift }) };
      await putCorrection(deps.settings, correction);
      const { version, evidence } = correction;
      deps.log.info('looked back', { day, forecasts, correction: version, reason: evidence.reason });
    }
    const { version, horizons, demandErrors = plan.demandErrors } = correction;
    const state = { ...plan, correction: { version, horizons }, demandErrors, lookedBack: true };
    await deps.runs.put({ day, shard: 'plan', state });
    return { day, correction: version, forecasts };
  };
}

function learn(
  past: LookBack,
  day: Day,
  modelVersion: string,
  others: readonly LearnedCorrection[],
): LearnedCorrection {
  const { horizons, evidence } = learnCorrection(casesOf(past));
  const highest = others.reduce((most, { version }) => Math.max(most, version), 0);
  return {
    version: horizons.length > 0 ? highest + 1 : 0,
    horizons,
    asOf: day,
    modelVersion,
    evidence: { ...evidence, origins: past.origins.map((origin) => origin.day) },
  };
}
