/** Which events are not a shop's users': known bots, internal traffic, and more than a person can do. */
import type { AcceptedEvent } from './event.ts';

export interface TrafficRules {
  /** Events whose `context.userAgent` is a known bot's are dropped. */
  bots: boolean;
  /** Addresses and networks (`10.0.0.0/8`) of the shop itself, compared with `context.ip`. */
  internal: string[];
  /** Events of one user a minute, counted in each process; null: no limit. */
  eventsPerMinute: number | null;
}

export const NO_TRAFFIC_RULES: TrafficRules = { bots: true, internal: [], eventsPerMinute: null };

export type DropReason = 'bot' | 'internal' | 'rate';

export interface TrafficChecks {
  isBot(userAgent: string): boolean;
  isInternal(address: string): boolean;
  /** Whether this is one event too many of the user in this minute; counts it. */
  isTooMany(userId: string): boolean;
}

/**
 * Only the event's own context is judged: the HTTP header of a server client names the shop's server.
 * @returns why the event is dropped, or undefined
 */
export function dropReason(event: AcceptedEvent, rules: TrafficRules, checks: TrafficChecks): DropReason | undefined {
  const { userAgent, ip, traffic_type: trafficType } = event.context;
  if (rules.bots && typeof userAgent === 'string' && userAgent !== '' && checks.isBot(userAgent)) return 'bot';
  // GA4's own mark of internal traffic.
  if (trafficType === 'internal') return 'internal';
  if (rules.internal.length > 0 && typeof ip === 'string' && checks.isInternal(ip)) return 'internal';
  if (rules.eventsPerMinute !== null && checks.isTooMany(event.userId)) return 'rate';
  return undefined;
}
