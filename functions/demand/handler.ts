/** `GET /v1/demand`: expected buyers by day and category, and the units that a lead time needs. */
import { countQuantiles } from '../../core/demand/counts.ts';
import { dayCount, errorOver, intervalOf, unitsCount } from '../../core/demand/intervals.ts';
import type { DemandOutlook } from '../../core/demand/outlook.ts';
import { HORIZONS } from '../../core/model/contract.ts';
import type { ObjectStore } from '../../core/ports/objects.ts';
import type { RunStore } from '../../core/ports/runs.ts';
import type { SettingStore } from '../../core/ports/settings.ts';
import { addDays } from '../../core/time.ts';
import { type ApiDependencies, api, type HttpHandler, Problem } from '../http/api.ts';
import { cell } from '../http/csv.ts';
import { parseQuery } from '../http/validate.ts';
import { getDemand } from '../runs/demand-files.ts';
import { createFinishedRuns } from '../runs/finished-runs.ts';
import { type DemandPoint, type DemandReply, demandQuery, type LeadUnits } from './contract.ts';

export interface DemandDependencies extends ApiDependencies {
  runs: RunStore;
  settings: SettingStore;
  objects: ObjectStore;
}

const LEVELS = { p50: 0.5, p80: 0.8, p90: 0.9, p95: 0.95, p98: 0.98, p99: 0.99 };
const COLUMNS = ['category', 'day', 'expected', 'low80', 'high80', 'low95', 'high95'] as const;
/** Of known users in a CSV file, where an empty cell is purchases without a category. */
const KNOWN = '~known';

export function createHandler(deps: DemandDependencies): HttpHandler {
  const finished = createFinishedRuns(deps);
  return api(deps, {}, async (request) => {
    const { day, days, by, leadDays } = parseQuery(request, demandQuery);
    const run = await (day ? finished.of(day) : finished.latest());
    const why = day ? `there is no finished run of ${day}` : 'no nightly run has finished yet';
    if (!run) throw new Problem(404, 'not-scored', why);
    const outlook = await getDemand(deps.objects, run.day);
    if (!outlook) throw new Problem(404, 'not-scored', `the run of ${run.day} left no demand; run it again`);
    const shown = { ...outlook, series: outlook.series.slice(0, by ? undefined : 2) };
    const series = pointsOf(shown, days);
    if (/\btext\/csv\b/i.test(request.headers.accept ?? '')) return csvReply(series, run.day);
    const reply: DemandReply = {
      from: run.day,
      days,
      users: outlook.users,
      within: HORIZONS.map((horizon, h) => ({ days: horizon, ...intervalOf(withinCount(outlook, h)) })),
      series,
      ...(leadDays && { lead: { days: leadDays, units: unitsOf(shown, leadDays) } }),
    };
    return { status: 200, body: reply };
  });
}

function pointsOf({ from, series, errors }: DemandOutlook, days: number): DemandPoint[] {
  return series.flatMap((each) =>
    Array.from({ length: days }, (_, day) => ({
      category: each.category,
      day: addDays(from, day),
      ...intervalOf(dayCount(each, errors, day)),
    })),
  );
}

function withinCount({ within, errors }: DemandOutlook, h: number) {
  const mean = within.mean[h]!;
  return { mean, variance: within.variance[h]! + errorOver(errors, HORIZONS[h]!) * mean * mean };
}

function unitsOf({ series, errors, quantityKnown }: DemandOutlook, days: number): LeadUnits[] {
  return series.map((each) => {
    const count = unitsCount(each, errors, days);
    const quantiles = countQuantiles(count, Object.values(LEVELS));
    return {
      category: each.category,
      expected: count.mean,
      quantiles: Object.fromEntries(
        Object.keys(LEVELS).map((name, i) => [name, quantiles[i]]),
      ) as LeadUnits['quantiles'],
      quantityKnown,
    };
  });
}

function csvReply(series: readonly DemandPoint[], day: string) {
  const lines = series.map((point) =>
    COLUMNS.map((name) => cell(name === 'category' ? (point.category ?? KNOWN) : point[name])).join(','),
  );
  return {
    status: 200,
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="demand-${day}.csv"`,
    },
    body: `${[COLUMNS.join(','), ...lines].join('\n')}\n`,
  };
}
