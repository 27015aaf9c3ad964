/** `/v1/bands`: θ, the purchase rate that divides the bands. */
import type { RunStore } from '../../core/ports/runs.ts';
import type { SettingStore } from '../../core/ports/settings.ts';
import { type ApiDependencies, api, type HttpHandler } from '../http/api.ts';
import { parseBody } from '../http/validate.ts';
import { createFinishedRuns } from '../runs/finished-runs.ts';
import { type BandsReply, bandsBody } from './contract.ts';
import { THETA } from './theta.ts';

export interface BandsDependencies extends ApiDependencies {
  runs: RunStore;
  settings: SettingStore;
}

export function createHandler(deps: BandsDependencies): HttpHandler {
  const finished = createFinishedRuns(deps);
  return api(deps, {}, async (request) => {
    if (request.routeKey.startsWith('PUT')) {
      const { theta } = parseBody(request, bandsBody);
      if (theta === null) await deps.settings.remove(THETA.kind, THETA.name);
      else await deps.settings.put(THETA.kind, THETA.name, theta);
    }
    const [theta, run] = await Promise.all([deps.settings.get<number>(THETA.kind, THETA.name), finished.latest()]);
    const reply: BandsReply = { theta: theta ?? null, latest: run ? { day: run.day, theta: run.state.theta } : null };
    return { status: 200, body: reply };
  });
}
