import type { ActionStore, StoredActionDetail } from '../../core/ports/actions.ts';
import type { UserStore } from '../../core/ports/users.ts';
import { SHARDS } from '../../core/tables.ts';
import { addDays, type Day, type Zone } from '../../core/time.ts';
import { concurrently } from '../concurrently.ts';

/** Users whose actions are read at once. */
export const READS_AT_ONCE = 16;

/** All that a sample is read from. */
export interface SampledShop {
  zone: Zone;
  actions: Pick<ActionStore, 'read'>;
  users: Pick<UserStore, 'inShard'>;
}

export interface SampleRequest {
  /** Only actions before the first instant of this day are read. */
  before: Day;
  /** Users are wanted whose last action before that instant is on this day or later. */
  earliest: Day;
  /** Users read at most. */
  limit: number;
  /** Asked before each user: true ends the reading. */
  enough?: () => boolean;
  /** Called once for each shard that is looked at, with all its users whose last action is on `earliest` or later. */
  onShard?: (shard: number, users: { firstActionDay: Day; lastActionDay: Day }[]) => void;
}

/**
 * Reads the first users of the shards, lowest pseudonyms first. Pseudonyms are hashes, so these are a random sample,
 * the same every night; who is in it depends on nothing that came after the instant.
 * @param use called user by user with the actions in sequence order; at least one
 * @returns users read, and how many shards were looked at: those from there on were not
 */
export async function readSample(
  deps: SampledShop,
  { before, earliest, limit, enough = () => false, onShard }: SampleRequest,
  use: (user: string, actions: StoredActionDetail[]) => void,
): Promise<{ users: number; shards: number }> {
  const instant = deps.zone.startOf(before);
  const to = addDays(before, -1);
  let users = 0;
  let shard = 0;
  for (; shard < SHARDS && users < limit && !enough(); shard++) {
    const keys = [];
    for await (const page of deps.users.inShard(shard, earliest)) keys.push(...page);
    onShard?.(shard, keys);
    const candidates = keys.flatMap(({ user, firstActionDay }) => (firstActionDay < before ? [user] : [])).sort();
    for (let from = 0; from < candidates.length && users < limit && !enough(); from += READS_AT_ONCE) {
      const part = candidates.slice(from, from + READS_AT_ONCE);
      const read = await concurrently(part, READS_AT_ONCE, (user) => deps.actions.read(user, { to }));
      for (const [index, all] of read.entries()) {
        const actions = all.filter(({ at }) => at < instant);
        const last = actions.at(-1);
        if (!last || deps.zone.dayOf(last.at) < earliest || users === limit) continue;
        use(part[index]!, actions);
        users++;
      }
    }
  }
  return { users, shards: shard };
}
