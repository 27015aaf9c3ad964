/** The schedule of a local system: a nightly run every day at 04:00 shop time, and at start the one that was missed. */
import type { Clock } from '../core/ports/surroundings.ts';
import { addDays, type Day, type Zone } from '../core/time.ts';
import { NIGHTLY_HOUR } from '../functions/nightly/steps.ts';

/** Longest wait at once: after a laptop slept, or its clock was set, the time is looked at again. */
const LOOK_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Instant of a day's scheduled run. */
export function runInstant(day: Day, zone: Zone): number {
  return zone.instantOf(Date.parse(`${day}T00:00:00Z`) + NIGHTLY_HOUR * HOUR_MS);
}

/** The latest day whose scheduled run is due by now. */
export function dueDay(now: number, zone: Zone): Day {
  const today = zone.dayOf(now);
  return now >= runInstant(today, zone) ? today : addDays(today, -1);
}

export interface Scheduler {
  /** Ends the schedule; resolves when a run in progress has ended. */
  stop(): Promise<void>;
}

/**
 * Calls `run` for the due day, once for each day, unless `isDone` says that the day has its run already.
 * @param run its failure is told to `onError`, and it is tried again a quarter of an hour later
 */
export function startScheduler(options: {
  zone: Zone;
  clock: Clock;
  isDone: (day: Day) => Promise<boolean>;
  run: (day: Day) => Promise<void>;
  onError: (day: Day, error: unknown) => void;
}): Scheduler {
  const { zone, clock } = options;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let doneDay: Day | undefined;
  let notBefore = 0;
  let current: Promise<void> = Promise.resolve();

  const look = async () => {
    const now = clock();
    const day = dueDay(now, zone);
    if (day !== doneDay && now >= notBefore) {
      try {
        if (!(await options.isDone(day)) && !stopped) await options.run(day);
        doneDay = day;
      } catch (error) {
        notBefore = now + 15 * 60_000;
        if (!stopped) options.onError(day, error);
      }
    }
    if (!stopped) wait();
  };
  const wait = () => {
    const next = runInstant(addDays(dueDay(clock(), zone), 1), zone) - clock();
    timer = setTimeout(
      () => {
        current = look();
      },
      Math.min(Math.max(next, 1_000), LOOK_MS),
    );
  };
  current = look();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await current;
    },
  };
}
