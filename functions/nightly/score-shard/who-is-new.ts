import type { ActionStore } from '../../../core/ports/actions.ts';
import type { StoredForecast, UserRecord } from '../../../core/ports/users.ts';
import { FORECAST_DAYS, isActive } from '../../../core/scores.ts';
import { addDays, type Day, daysBetween, type Zone } from '../../../core/time.ts';

/** What a run needs of a user: the forecast to read, or the actions to make one from. */
export type Standing =
  | { kind: 'inactive' }
  | { kind: 'known'; forecast: StoredForecast }
  | { kind: 'new'; actions: Awaited<ReturnType<ActionStore['read']>> };

/**
 * How a user stands on a day, from nothing at or after its first instant. A user is new without a forecast that the day
 * can be read from: of this model, at most 30 days old, of no later origin, and that knows every action before the day.
 */
export async function standingOf(
  deps: { actions: Pick<ActionStore, 'read'>; zone: Zone },
  record: UserRecord,
  day: Day,
  modelVersion: string,
): Promise<Standing> {
  const { zone } = deps;
  const instant = zone.startOf(day);
  const to = addDays(day, -1);
  const read = async (from?: Day) =>
    (await deps.actions.read(record.user, { from, to }, record.linked ?? [])).filter(({ at }) => at < instant);

  const { forecast } = record;
  if (forecast && reaches(forecast, day) && forecast.modelVersion === modelVersion && isCurrent(record, forecast)) {
    // The last day of the record may be one after `day`; what lies between origin and day then has to be looked at.
    const untouched =
      record.lastActionDay < forecast.originDay ||
      forecast.originDay === day ||
      (record.lastActionDay >= day && (await read(forecast.originDay)).length === 0);
    if (untouched)
      return isActive(zone.dayOf(forecast.lastActionAt), day) ? { kind: 'known', forecast } : { kind: 'inactive' };
  }
  const actions = await read();
  const last = actions.at(-1);
  return last && isActive(zone.dayOf(last.at), day) ? { kind: 'new', actions } : { kind: 'inactive' };
}

function reaches(forecast: StoredForecast, day: Day): boolean {
  const age = daysBetween(forecast.originDay, day);
  return age >= 0 && age <= FORECAST_DAYS;
}

/** No action came in late, older than the forecast's origin. */
function isCurrent(record: UserRecord, forecast: StoredForecast): boolean {
  return record.revision === forecast.revision;
}
