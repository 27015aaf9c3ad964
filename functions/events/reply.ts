/** What `GET /v1/events` answers; the dashboard imports this type. */
import type { WindowEvent } from '../../core/events/window-event.ts';

export interface EventsReply {
  /** Newest first. */
  events: ListedEvent[];
  /** What to send as `cursor` for the next page; null on the last one. */
  next: string | null;
}

export interface ListedEvent extends WindowEvent {
  /** The shop's own id; only for keys of scope `read:ids` or `admin`. */
  userId?: string;
  /** When it was recorded, ISO 8601. */
  at: string;
  /** Whether the event bus has it. */
  published: boolean;
}
