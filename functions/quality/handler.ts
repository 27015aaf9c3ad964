/** `GET /v1/quality`: whether the scores can be believed, from the shop's own outcomes. */
import type { BundleStore, RunStore, SettingStore } from '../../core/ports.ts';
import { type ApiDependencies, api, type HttpHandler } from '../http/api.ts';
import { correctionFor, type LearnedCorrection, listCorrections } from '../runs/corrections.ts';
import { createFinishedRuns } from '../runs/finished-runs.ts';
import { listOutcomes } from '../runs/outcomes.ts';
import { backtestOf } from './backtest.ts';
import type { QualityReply } from './contract.ts';
import { liveQuality } from './live.ts';

export interface QualityDependencies extends ApiDependencies {
  runs: RunStore;
  settings: SettingStore;
  bundles: BundleStore;
}

export function createHandler(deps: QualityDependencies): HttpHandler {
  const finished = createFinishedRuns(deps);
  return api(deps, {}, async () => {
    const [{ manifest }, run] = await Promise.all([deps.bundles.live(), finished.latest()]);
    const { version, trainedOn } = manifest;
    const { firstDay, lastDay, users, actions } = trainedOn;
    const model = { version, trainedOn: { firstDay, lastDay, users, actions } };
    const backtest = backtestOf(manifest.backtest);
    const reply: QualityReply = { day: null, model, backtest, live: null, correction: null, drift: null };
    if (!run) return { status: 200, body: reply };
    const { day, state } = run;
    const [outcomes, corrections] = await Promise.all([
      listOutcomes(deps.settings, day),
      listCorrections(deps.settings),
    ]);
    const learned = correctionFor(corrections, day, state.modelVersion);
    const body: QualityReply = {
      ...reply,
      day,
      live: liveQuality(outcomes, day),
      correction: learned ? correctionReply(learned) : null,
      drift: learned?.drift ?? null,
    };
    return { status: 200, body };
  });
}

function correctionReply({ version, asOf, modelVersion, horizons, evidence }: LearnedCorrection) {
  return { version, asOf, modelVersion, horizons, evidence };
}
