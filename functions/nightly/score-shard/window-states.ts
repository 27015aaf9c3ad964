import type { WindowState } from '../../../core/events/windows.ts';
import type { ObjectStore } from '../../../core/ports/objects.ts';
import type { Day } from '../../../core/time.ts';
import { readRows, scoreFile } from '../../runs/score-files.ts';

const NONE: WindowState = { open_since: null, closed_since: null, best_since: null, best_until: null };

/**
 * The windows of a shard's users as the latest run before left them. What an earlier attempt of the same day opened
 * counts as open before, since it may have been told already: it either stays open or is told to have closed.
 * @param before finished days, latest first
 */
export async function windowsBefore(
  objects: ObjectStore,
  { day, before }: { day: Day; before: readonly Day[] },
  shard: number,
): Promise<Map<string, WindowState>> {
  const states = new Map<string, WindowState>();
  for (const other of before) {
    const rows = await readRows(objects, scoreFile(other, shard));
    for (const row of rows) states.set(row.user, row);
    if (rows.length > 0) break;
  }
  for (const row of await readRows(objects, scoreFile(day, shard))) {
    const opened = row.open_since === day && { open_since: day };
    const best = row.best_since === day && { best_since: day, best_until: row.best_until };
    if (opened || best) states.set(row.user, { ...(states.get(row.user) ?? NONE), ...opened, ...best });
  }
  return states;
}
