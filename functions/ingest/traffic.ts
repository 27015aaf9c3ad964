import { type BlockList, isIP } from 'node:net';
import { isbot } from 'isbot';
import type { TrafficChecks, TrafficRules } from '../../core/ingest/traffic.ts';
import type { Clock } from '../../core/ports/surroundings.ts';
import { toBlockList } from './networks.ts';

const MINUTE_MS = 60_000;
/** Users counted in one minute; beyond, nobody is refused. */
const COUNTED_USERS = 100_000;

/** What drops events, by the rules of the moment. */
export function createTrafficChecks(clock: Clock): (rules: TrafficRules) => TrafficChecks {
  let networks: { of: string[]; list: BlockList } | undefined;
  let minute = 0;
  let counts = new Map<string, number>();

  const isTooMany = (userId: string, limit: number): boolean => {
    const now = Math.floor(clock() / MINUTE_MS);
    if (now !== minute) [minute, counts] = [now, new Map()];
    const count = (counts.get(userId) ?? 0) + 1;
    if (counts.size < COUNTED_USERS || counts.has(userId)) counts.set(userId, count);
    return count > limit;
  };

  return (rules) => ({
    // A browser without a window is how a shop tests its own tracking; it may name its addresses as internal.
    isBot: (userAgent) => isbot(userAgent.replace('HeadlessChrome', 'Chrome')),
    isInternal(address) {
      if (networks?.of !== rules.internal) networks = { of: rules.internal, list: toBlockList(rules.internal) };
      const family = isIP(address);
      return family !== 0 && networks.list.check(address, family === 6 ? 'ipv6' : 'ipv4');
    },
    isTooMany: (userId) => isTooMany(userId, rules.eventsPerMinute ?? Number.POSITIVE_INFINITY),
  });
}
