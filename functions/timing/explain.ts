/** `explain=true`: what in the history moved the 7-day probability. */
import { probabilitiesOf } from '../../core/reasons/ask.ts';
import { explain } from '../../core/reasons/reasons.ts';
import { collapse } from '../../core/sequences.ts';
import { dayNumber } from '../../core/time.ts';
import type { FinishedRun } from '../runs/finished-runs.ts';
import type { TimingReply } from './contract.ts';
import { type FreshDependencies, originOf } from './fresh.ts';
import { orModelAway, vocabularyOf } from './model-away.ts';

const DAYS = 7;

/**
 * Reasons as of the first instant of a run's day, or of this moment. The live model is asked, with the shop statistics
 * and the correction of the run.
 * @param fresh whether what happened until now counts
 * @returns no reasons where nothing is left of the history
 * @throws Problem 503 when the model does not answer
 */
export async function explainUser(
  deps: FreshDependencies,
  user: string,
  { day, state }: FinishedRun,
  fresh: boolean,
): Promise<Pick<TimingReply, 'reasons' | 'explained'>> {
  const { zone } = deps;
  const [bundle, stored] = await Promise.all([deps.bundles.live(), deps.actions.read(user)]);
  const now = deps.clock();
  const instant = fresh ? now : zone.startOf(day);
  const positions = collapse(
    stored.filter(({ at }) => (fresh ? at <= now : at < instant)),
    zone,
  );
  const last = positions.at(-1);
  if (!last) return { reasons: [] };
  const { quantiles } = state;
  const ask = probabilitiesOf(deps.scorer, {
    shop: Float32Array.from(state.shop),
    origin: originOf(zone, instant, last.at),
    edges: bundle.manifest.bins,
    vocabulary: vocabularyOf(bundle),
    version: bundle.manifest.version,
    correction: state.correction,
    days: DAYS,
  });
  const average = quantiles.reduce((sum, p) => sum + p, 0) / Math.max(1, quantiles.length);
  const input = { positions, today: dayNumber(zone.dayOf(instant)), average };
  const { reasons, probability, without, remainder } = await orModelAway(explain(input, ask), 'explain');
  return {
    reasons: reasons.map(({ text, words, from, to, effect }) => ({ text, words, from, to, effect: { '7d': effect } })),
    explained: { modelVersion: bundle.manifest.version, '7d': { probability, without, remainder } },
  };
}
