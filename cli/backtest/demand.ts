/**
 * Demand as the nightly run of each origin would have told it: the steps of the run itself (the sample of the shop, the
 * look back and its correction, the sums), on a log in memory that ends where the origin begins.
 */
import { createHash } from 'node:crypto';
import { basketsOf } from '../../core/backtest/baskets.ts';
import { type DemandCase, type DemandResult, demandCases, demandResults } from '../../core/backtest/demand.ts';
import type { History, Log, Population } from '../../core/backtest/population.ts';
import type { Protocol } from '../../core/backtest/protocol.ts';
import type { Said } from '../../core/backtest/say.ts';
import type { Correction } from '../../core/corrections.ts';
import type { DemandErrors } from '../../core/demand/errors.ts';
import { type DemandOutlook, outlookOf } from '../../core/demand/outlook.ts';
import { createDemandBuilder } from '../../core/demand/sums.ts';
import { unpackForecast } from '../../core/forecasts.ts';
import { learnCorrection } from '../../core/learn-correction.ts';
import type { Bundle, Scorer } from '../../core/model/contract.ts';
import { ACTIVE_DAYS, hazardOf } from '../../core/scores.ts';
import { before, below } from '../../core/sorted.ts';
import { SHARDS } from '../../core/tables.ts';
import { type Day, dayFromNumber, dayNumber, type Zone } from '../../core/time.ts';
import { casesOf } from '../../functions/nightly/look-back/correction-cases.ts';
import { demandErrorsOf } from '../../functions/nightly/look-back/demand-errors.ts';
import { type LookBack, lookBack } from '../../functions/nightly/look-back/past-forecasts.ts';
import { lookAtShop } from '../../functions/nightly/plan/look-at-shop.ts';
import type { SampledShop } from '../../functions/nightly/sample.ts';

export interface DemandInput {
  log: Log;
  zone: Zone;
  protocol: Protocol;
  population: Population;
  scorer: Scorer;
  bundle: Bundle;
  /** What the same model said of the population. */
  said: Said;
  progress(text: string): void;
}

export interface DemandForecast {
  origins: { origin: Day; users: number; correction: Correction; errors: DemandErrors }[];
  results: DemandResult[];
  /** Known users of the whole shop, day by day. */
  days: DemandCase[];
}

export async function forecastDemand(input: DemandInput): Promise<DemandForecast> {
  const { log, zone, protocol, progress } = input;
  const activeDays = Math.min(ACTIVE_DAYS, protocol.activeDays);
  const own = { baskets: basketsOf(log.histories, zone), activeDays, firstDay: log.firstDay, end: protocol.end };
  const origins: DemandForecast['origins'] = [];
  const cases: DemandCase[] = [];
  for (const [index, origin] of protocol.origins.entries()) {
    progress(`demand of ${origin}`);
    const { outlook, correction } = await outlookAt(input, index, activeDays);
    origins.push({ origin, users: outlook.users, correction, errors: outlook.errors });
    for (const one of demandCases(outlook, own)) cases.push(one);
  }
  const days = cases.filter((one) => one.series === null && one.days === 1);
  return { origins, results: demandResults(cases), days };
}

/** The correction that the run of each origin would learn of a model. */
export async function correctionsOf(
  { log, zone, protocol, scorer, bundle }: Pick<DemandInput, 'log' | 'zone' | 'protocol' | 'scorer' | 'bundle'>,
  progress: (text: string) => void,
): Promise<Correction[]> {
  const corrections: Correction[] = [];
  for (const origin of protocol.origins) {
    progress(`look back from ${origin}`);
    const shop = { zone, scorer, ...shopBefore(log.histories, origin, zone) };
    corrections.push(learnedOf(await lookBack(shop, bundle, origin)));
  }
  return corrections;
}

function learnedOf(back: LookBack): Correction {
  const { horizons } = learnCorrection(casesOf(back));
  return { version: horizons.length > 0 ? 1 : 0, horizons };
}

/** What `plan`, `look-back`, `score-shard` and `finish` of a run of the origin make. */
async function outlookAt(
  { log, zone, protocol, population, scorer, bundle, said }: DemandInput,
  index: number,
  activeDays: number,
): Promise<{ outlook: DemandOutlook; correction: Correction }> {
  const day = protocol.origins[index]!;
  const shop = { zone, scorer, ...shopBefore(log.histories, day, zone) };
  const { past } = await lookAtShop(shop, day);
  const back = await lookBack(shop, bundle, day);
  const correction = learnedOf(back);
  const builder = createDemandBuilder(day, past);
  for (let row = 0; row < population.rows; row++) {
    if (population.origin[row] !== index || population.lastDay[row]! < dayNumber(day) - activeDays) continue;
    const { packed, origin } = said.source[row]!;
    const forecast = unpackForecast(packed);
    builder.add(hazardOf({ forecast, originDay: origin, day, correction }), forecast.nextCategories);
  }
  const errors = demandErrorsOf(back, correction, past);
  return { outlook: outlookOf(day, builder.sums, past, errors), correction };
}

/** The log up to the first instant of a day, as the stores of a run have it; users come in an order that says nothing. */
function shopBefore(histories: readonly History[], day: Day, zone: Zone): Pick<SampledShop, 'actions' | 'users'> {
  const instant = zone.startOf(day);
  const end = dayNumber(day);
  const users = new Map<string, History>();
  const shards = Array.from({ length: SHARDS }, (): { user: string; firstActionDay: Day; lastActionDay: Day }[] => []);
  for (const history of histories) {
    const { days } = history.days;
    const seen = below(days, end);
    if (seen === 0) continue;
    const user = createHash('sha256').update(history.user).digest('hex');
    users.set(user, history);
    shards[Number.parseInt(user.slice(0, 2), 16)]!.push({
      user,
      firstActionDay: dayFromNumber(days[0]!),
      lastActionDay: dayFromNumber(days[seen - 1]!),
    });
  }
  return {
    actions: {
      read: async (user, { to } = {}) => {
        const { actions } = users.get(user)!;
        const until = to === undefined ? instant : Math.min(instant, zone.startOf(dayFromNumber(dayNumber(to) + 1)));
        return actions.slice(0, before(actions, until));
      },
    },
    users: {
      async *inShard(shard, from) {
        yield shards[shard]!.filter(({ lastActionDay }) => lastActionDay >= from);
      },
    },
  };
}
