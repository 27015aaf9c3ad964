import { PROBABILITY_BINS } from '../../core/distributions.ts';
import type { RunStore } from '../../core/ports/runs.ts';
import type { SettingStore } from '../../core/ports/settings.ts';
import type { Zone } from '../../core/time.ts';
import { type ApiDependencies, api, type HttpHandler, Problem } from '../http/api.ts';
import { parseQuery } from '../http/validate.ts';
import { nextRun } from '../nightly/next-run.ts';
import { createFinishedRuns } from '../runs/finished-runs.ts';
import { type OverviewReply, overviewQuery } from './contract.ts';

export interface OverviewDependencies extends ApiDependencies {
  zone: Zone;
  runs: RunStore;
  settings: SettingStore;
}

/** `GET /v1/overview`: a day's scores in figures, for the dashboard. */
export function createHandler(deps: OverviewDependencies): HttpHandler {
  const finished = createFinishedRuns(deps);
  return api(deps, {}, async (request) => {
    const { day } = parseQuery(request, overviewQuery);
    const [run, days] = await Promise.all([day ? finished.of(day) : finished.latest(), finished.days()]);
    if (!run) {
      const next = new Date(nextRun(deps.clock(), deps.zone)).toISOString();
      const why = day ? `there is no finished run of ${day}` : 'no nightly run has finished yet';
      throw new Problem(404, 'not-scored', `${why}; the next nightly run is at ${next}`, { nextRun: next, days });
    }
    const { state } = run;
    const reply: OverviewReply = {
      day: run.day,
      days,
      users: state.users,
      bands: { ...{ now: 0, soon: 0, later: 0, unlikely: 0 }, ...state.bands },
      distribution: state.distribution.map((count, bin) => ({
        from: bin / PROBABILITY_BINS,
        to: (bin + 1) / PROBABILITY_BINS,
        count,
      })),
      expected: state.expected,
      theta: state.theta,
      timeZone: deps.zone.name,
      run: {
        modelCalls: state.modelCalls,
        scored: state.users,
        failed: state.failed,
        failedShards: state.failedShards,
        seconds: state.seconds,
        modelVersion: state.modelVersion,
        correction: state.correction.version,
        finishedAt: new Date(state.finishedAt).toISOString(),
      },
    };
    return { status: 200, body: reply };
  });
}
