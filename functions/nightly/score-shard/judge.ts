/** Holds a shard's forecasts of past runs against what its users did since. */
import { typeOf } from '../../../core/actions/action.ts';
import type { ActionStore } from '../../../core/ports/actions.ts';
import type { ObjectStore } from '../../../core/ports/objects.ts';
import type { UserStore } from '../../../core/ports/users.ts';
import { createOutcomeTally, type OutcomeSums } from '../../../core/quality/sums.ts';
import type { EndedWindows } from '../../../core/quality/windows.ts';
import type { ScoreRow } from '../../../core/score-rows.ts';
import { addDays, type Day, daysBetween, type Zone } from '../../../core/time.ts';
import { concurrently } from '../../concurrently.ts';
import { readRows, scoreFile } from '../../runs/score-files.ts';

export interface ShardOutcome extends OutcomeSums {
  day: Day;
  horizon: number;
}

interface Night {
  day: Day;
  shard: number;
  /** Today's scores: who bought, and when last. Whoever has none did nothing for 90 days. */
  rows: readonly ScoreRow[];
  /** Users that there are, silent ones included; others were erased or merged since, and are not judged. */
  users: ReadonlySet<string>;
}

interface JudgeDependencies {
  zone: Zone;
  actions: ActionStore;
  users: UserStore;
  objects: ObjectStore;
}

const READS_AT_ONCE = 8;

/** @param windows oldest run first */
export async function judge(
  deps: JudgeDependencies,
  windows: readonly EndedWindows[],
  night: Night,
): Promise<ShardOutcome[]> {
  if (windows.length === 0) return [];
  const bought = await purchasesOf(deps, windows, night);
  const outcomes: ShardOutcome[] = [];
  for (const { day: origin, horizons } of windows) {
    const rows = (await readRows(deps.objects, scoreFile(origin, night.shard))).filter(({ user }) =>
      night.users.has(user),
    );
    if (rows.length === 0) continue;
    const age = daysBetween(origin, night.day);
    for (const horizon of horizons) {
      const tally = createOutcomeTally();
      for (const row of rows) {
        const within = bought.get(row.user)?.some((ago) => ago <= age && ago > age - horizon) ?? false;
        tally.add(row[`p_${horizon}d`], row.band, within);
      }
      outcomes.push({ day: origin, horizon, ...tally.sums() });
    }
  }
  return outcomes;
}

/**
 * Days since purchases, by user. The latest one is enough where none came after a window: only after a night without a
 * run are there users to read who bought since.
 */
async function purchasesOf(
  { zone, actions, users }: JudgeDependencies,
  windows: readonly EndedWindows[],
  { day, rows }: Night,
): Promise<Map<string, number[]>> {
  const ended = windows.flatMap((window) => window.horizons.map((horizon) => daysBetween(window.day, day) - horizon));
  const latest = Math.max(...ended);
  const bought = new Map<string, number[]>();
  const later: string[] = [];
  for (const { user, bought_days: ago } of rows) {
    if (ago === null) continue;
    bought.set(user, [ago]);
    if (ago <= latest) later.push(user);
  }
  if (later.length === 0) return bought;
  await concurrently(await users.getMany(later), READS_AT_ONCE, async ({ user, linked }) => {
    const read = await actions.read(user, { from: windows[0]!.day, to: addDays(day, -1) }, linked ?? []);
    const purchases = read.filter(({ word }) => typeOf(word) === 'purchase');
    bought.set(user, [...new Set(purchases.map(({ at }) => daysBetween(zone.dayOf(at), day)))]);
  });
  return bought;
}
