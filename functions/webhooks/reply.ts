/** What the routes of webhooks take and answer; the dashboard imports these types. */
import type { EventType } from '../../core/events/window-event.ts';

/**
 * `webhook`: signed as Standard Webhooks say. `segment`: a Segment `track` call, so that a tool which takes those can
 * be told of windows.
 */
export const WEBHOOK_KINDS = ['webhook', 'segment'] as const;
export type WebhookKind = (typeof WEBHOOK_KINDS)[number];

/** Body of `POST /v1/webhooks`. */
export interface WebhookRequest {
  /** https, and no private address. */
  url: string;
  kind?: WebhookKind;
  /** Default: all three; of kind `segment`: `buying_window.opened`. */
  events?: EventType[];
  /** Whether messages hold the shop's own ids; of kind `segment` they always do. */
  ids?: boolean;
  /** Of kind `segment`: its write key, sent as Basic user name. */
  writeKey?: string;
}

export interface Webhook {
  id: string;
  url: string;
  kind: WebhookKind;
  events: EventType[];
  ids: boolean;
  /** ISO 8601. */
  createdAt: string;
}

/** 201 of `POST /v1/webhooks`. */
export interface CreatedWebhook extends Webhook {
  /** `whsec_…`, shown once; of kind `webhook` only. */
  secret?: string;
}

/** `GET /v1/webhooks` */
export interface WebhooksReply {
  webhooks: Webhook[];
}

/** `GET /v1/webhooks/{id}/deliveries` */
export interface DeliveriesReply {
  /** Those still open first, then the newest first. */
  deliveries: Delivery[];
  next: string | null;
}

export interface Delivery {
  /** Id of the event, sent as `webhook-id`. */
  event: string;
  type: EventType;
  /** The pseudonym. */
  user: string;
  /** `dead`: not taken for 24 hours; `replay` tries again. */
  state: 'waiting' | 'delivered' | 'dead';
  attempts: number;
  /** What came of the last attempt: `200`, `timeout`, `redirect`, `private-address` …; null before the first. */
  outcome: string | null;
  /** ISO 8601: recorded, last tried, and to be tried again. */
  at: string;
  triedAt: string | null;
  nextAt: string | null;
}

/** `POST /v1/webhooks/{id}/replay` with `{event}`, or `{}` for all dead ones. */
export interface ReplayReply {
  /** Deliveries that are to be tried again. */
  replayed: number;
}
