import type { AcceptedEvent } from '../../core/ingest/event.ts';
import type { ParsedBody, SentEvents } from '../../core/ingest/parse.ts';
import type { DropReason } from '../../core/ingest/traffic.ts';

/**
 * `deferred`: not stored for want of time, to be sent again. `refused`: what it says of its user's ids cannot be.
 * `suppressed`: nothing of its user may be stored.
 */
export type Fate = 'accepted' | 'duplicate' | 'deferred' | 'refused' | 'suppressed' | DropReason;

/** What became of the events of one request. */
export interface Outcome {
  sent: SentEvents;
  parsed: ParsedBody;
  /** The fate of each event that was not refused. */
  fates: Map<AcceptedEvent, Fate>;
}

/** Events that were taken, stored or dropped: their client need not send them again. */
export function takenOf({ fates }: Outcome): number {
  let taken = 0;
  for (const fate of fates.values()) if (fate !== 'deferred' && fate !== 'refused') taken++;
  return taken;
}
