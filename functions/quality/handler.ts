/** `GET /v1/quality`: whether the scores can be believed, from the shop's own outcomes. */
import type { BundleStore } from '../../core/ports/objects.ts';
import type { RunStore } from '../../core/ports/runs.ts';
import type { SettingStore } from '../../core/ports/settings.ts';
import type { Change } from '../../core/promotion/changes.ts';
import { type ApiDependencies, api, type HttpHandler } from '../http/api.ts';
import { liveHistory } from '../promotion/live-model.ts';
import { correctionFor, type LearnedCorrection, listCorrections } from '../runs/corrections.ts';
import { createFinishedRuns } from '../runs/finished-runs.ts';
import { listOutcomes } from '../runs/outcomes.ts';
import { backtestOf } from './backtest.ts';
import { CHANGES_SHOWN, type QualityReply } from './contract.ts';
import { liveQuality } from './live.ts';

export interface QualityDependencies extends ApiDependencies {
  runs: RunStore;
  settings: SettingStore;
  bundles: BundleStore;
}

export function createHandler(deps: QualityDependencies): HttpHandler {
  const finished = createFinishedRuns(deps);
  return api(deps, {}, async () => {
    const [{ manifest }, history, run] = await Promise.all([deps.bundles.live(), liveHistory(deps), finished.latest()]);
    const { version, trainedOn } = manifest;
    const { firstDay, lastDay, users, actions } = trainedOn;
    const model = { version, trainedOn: { firstDay, lastDay, users, actions } };
    const backtest = backtestOf(manifest.backtest);
    const changes = history.changes.slice(-CHANGES_SHOWN).reverse().map(changeReply);
    const reply: QualityReply = { day: null, model, changes, backtest, live: null, correction: null, drift: null };
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

function changeReply({ at, what, version, from, by, why, forced }: Change) {
  return { at, what, version, from, by, why, forced };
}
