/** The whole log of a file in memory, by the same mapping that `import` uses. */

import type { Action } from '../../core/actions/action.ts';
import { type Log, logOf } from '../../core/backtest/population.ts';
import { isReject } from '../../core/import/row.ts';
import type { Zone } from '../../core/time.ts';
import { Failure } from '../framework.ts';
import { openActions } from '../import/rows.ts';

/** @throws Failure, MappingError */
export async function readLog(
  path: string,
  options: { map?: string; types?: string; encoding?: string },
  zone: Zone,
  progress: (text: string) => void,
): Promise<Log & { rejected: number }> {
  const file = await openActions(path, options);
  const byUser = new Map<string, Action[]>();
  let read = 0;
  let rejected = 0;
  try {
    for await (const { result } of file.rows(zone, Date.now())) {
      if (++read % 5_000 === 0) progress(`reading the log, ${Math.floor(file.progress() * 100)} %`);
      if (result === 'repeated') continue;
      if (isReject(result)) {
        rejected++;
        continue;
      }
      const own = byUser.get(result.user);
      if (own) own.push(result.action);
      else byUser.set(result.user, [result.action]);
    }
  } finally {
    file.close();
  }
  if (byUser.size === 0)
    throw new Failure(
      `none of the ${read} rows of ${path} is an action`,
      'see why with `npm run import -- … --rejects FILE`, and check --map and --types',
    );
  return { ...logOf(byUser, zone), rejected };
}
