/** Finished nightly runs, as the read API asks for them: cached per process, since they are the same for all users. */
import type { RunStore } from '../../core/ports/runs.ts';
import type { SettingStore } from '../../core/ports/settings.ts';
import type { Clock } from '../../core/ports/surroundings.ts';
import type { Day } from '../../core/time.ts';
import { type FinishState, getFinish } from '../nightly/state.ts';

/** How long the latest run is trusted to be the latest. */
const LATEST_MS = 1_000;
const KEPT_RUNS = 8;

/** Settings that say which days have a finished run. */
export const LATEST = { kind: 'nightly', name: 'latest' } as const;
export const FINISHED_DAYS = 'nightly-day';

export interface FinishedDay {
  day: Day;
  /** Epoch milliseconds; tells one run of the day from a later one. */
  finishedAt: number;
  /** Users scored. */
  users: number;
}

export interface FinishedRun {
  day: Day;
  state: FinishState;
}

export interface FinishedRuns {
  /** The run of the latest day on which somebody was scored. */
  latest(): Promise<FinishedRun | undefined>;
  of(day: Day): Promise<FinishedRun | undefined>;
  /** Every day on which somebody was scored, oldest first. */
  days(): Promise<Day[]>;
}

export function createFinishedRuns(deps: { runs: RunStore; settings: SettingStore; clock: Clock }): FinishedRuns {
  const { runs, settings, clock } = deps;
  const kept = new Map<string, FinishedRun>();
  let latest: { value: Promise<FinishedDay | undefined>; at: number } | undefined;

  const load = async ({ day, finishedAt }: FinishedDay): Promise<FinishedRun | undefined> => {
    const key = `${day}/${finishedAt}`;
    const known = kept.get(key);
    if (known) return known;
    const state = await getFinish(runs, day);
    if (!state) return undefined;
    if (kept.size >= KEPT_RUNS) kept.delete(kept.keys().next().value!);
    kept.set(`${day}/${state.finishedAt}`, { day, state });
    return { day, state };
  };

  const latestDay = (): Promise<FinishedDay | undefined> => {
    if (latest && clock() - latest.at < LATEST_MS) return latest.value;
    const asked = { value: settings.get<FinishedDay>(LATEST.kind, LATEST.name), at: clock() };
    latest = asked;
    const forget = () => {
      if (latest === asked) latest = undefined;
    };
    // That there is no run yet, or that the store failed, is asked again.
    asked.value.then((value) => value ?? forget(), forget);
    return asked.value;
  };

  return {
    async latest() {
      const day = await latestDay();
      return day && load(day);
    },
    async of(day) {
      const last = await latestDay();
      if (last?.day === day) return load(last);
      const finished = await settings.get<FinishedDay>(FINISHED_DAYS, day);
      return finished && load(finished);
    },
    async days() {
      const finished = await settings.list<FinishedDay>(FINISHED_DAYS);
      return finished.flatMap(({ name, value }) => (value.users > 0 ? [name] : [])).sort();
    },
  };
}
