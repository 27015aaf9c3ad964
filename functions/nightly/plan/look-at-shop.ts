/** What a plan has to know of the whole shop, from a sample of its users. */
import { createPastDemand, type PastDemand } from '../../../core/demand/past.ts';
import { createCategoryTally } from '../../../core/profiles/categories.ts';
import { addHours, hourCounts, WEEK_HOURS } from '../../../core/profiles/hours.ts';
import { ACTIVE_DAYS } from '../../../core/scores.ts';
import { createShopTally, REACH_DAYS, type ShopTally, userDaysOf } from '../../../core/shop-statistics.ts';
import { SHARDS } from '../../../core/tables.ts';
import { addDays, type Day, dayNumber } from '../../../core/time.ts';
import { readSample, type SampledShop } from '../sample.ts';
import type { PlanState } from '../state.ts';
import { BUSY_SAMPLE, SAMPLE } from '../steps.ts';

/**
 * Tallies a sample of the shop as of the first instant of the day before.
 * @param since the day from which on users are wanted who were active: of the oldest run that is judged
 * @returns also what the sample says of demand, and the shards that may have someone to score or to judge; those past the sample are not looked at
 */
export async function lookAtShop(
  deps: SampledShop,
  day: Day,
  since: Day = day,
): Promise<Pick<PlanState, 'hours' | 'categories' | 'shards'> & { tally: ShopTally; users: number; past: PastDemand }> {
  const asOf = addDays(day, -1);
  const earliest = addDays(asOf, -REACH_DAYS);
  const active = addDays(since, -ACTIVE_DAYS);
  const tally = createShopTally(dayNumber(asOf));
  const demand = createPastDemand(asOf, deps.zone);
  const shards: number[] = [];
  const categories = createCategoryTally();
  let candidates = 0;
  let sampled = { users: 0, actions: 0 };
  let hours: number[] = new Array(WEEK_HOURS).fill(0);
  const read = await readSample(
    deps,
    {
      before: asOf,
      earliest,
      limit: SAMPLE,
      enough: () => sampled.users >= BUSY_SAMPLE.users && sampled.actions >= BUSY_SAMPLE.actions,
      onShard: (shard, keys) => {
        candidates += keys.filter(({ firstActionDay }) => firstActionDay < asOf).length;
        // After nights without a run, users are judged who have been silent for longer than the listing reaches back.
        const some = active < earliest || keys.some((key) => key.firstActionDay < day && key.lastActionDay >= active);
        if (some) shards.push(shard);
      },
    },
    (_, actions) => {
      sampled = { users: sampled.users + 1, actions: sampled.actions + actions.length };
      const days = userDaysOf(actions, deps.zone);
      tally.addDays(days);
      demand.add(actions, days);
      categories.add(actions);
      hours = addHours(hours, hourCounts(actions, deps.zone));
    },
  );
  for (let shard = read.shards; shard < SHARDS; shard++) shards.push(shard);
  const scale = (candidates / Math.max(1, read.users)) * (SHARDS / Math.max(1, read.shards));
  return { tally, hours, categories: categories.shares(), users: read.users, shards, past: demand.past(scale) };
}
