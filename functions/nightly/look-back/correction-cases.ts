import { type CorrectionCase, WEEK_DAYS } from '../../../core/learn-correction.ts';
import { HORIZONS } from '../../../core/model/contract.ts';
import { within } from '../../../core/scores.ts';
import { dayNumber } from '../../../core/time.ts';
import type { LookBack } from './past-forecasts.ts';

/** What a look back teaches a correction: each user at each origin, with what is known of the windows since. */
export function casesOf({ origins, users }: LookBack): CorrectionCase[] {
  return origins.flatMap(({ day, known, cases }) => {
    const from = dayNumber(day);
    return cases.map(({ user, cumulative }): CorrectionCase => {
      const next = users[user]!.purchases.find((purchase) => purchase.day >= from);
      return {
        user,
        weeksAgo: known / WEEK_DAYS,
        probability: HORIZONS.map((horizon) => within(cumulative, horizon)),
        outcome: HORIZONS.map((horizon) => (horizon > known ? null : next && next.day < from + horizon ? 1 : 0)),
      };
    });
  });
}
