import { addDays, type Day, type Zone } from '../../core/time.ts';
import { NIGHTLY_HOUR } from './steps.ts';

const HOUR_MS = 3_600_000;

/** The instant of the first scheduled run after `now`: 04:00 shop time. */
export function nextRun(now: number, zone: Zone): number {
  const today = zone.dayOf(now);
  const at = (day: Day) => zone.instantOf(Date.parse(`${day}T00:00:00Z`) + NIGHTLY_HOUR * HOUR_MS);
  return at(today) > now ? at(today) : at(addDays(today, 1));
}
