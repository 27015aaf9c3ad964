/** Where actions come from, and what the shop says of its events. */
import type { SourceCounts } from '../ingest/counts.ts';
import type { EventTypes, MappingRules } from '../ingest/rules.ts';
import type { TrafficRules } from '../ingest/traffic.ts';
import type { Day } from '../time.ts';

/** Why something did not get in, without anything that a person sent. */
export interface Reject {
  /** ISO 8601, UTC. */
  at: string;
  source: string;
  /** `POST /v1/batch` */
  route: string;
  requestId: string;
  code: string;
  message: string;
  /** Position of the event in its request; absent: the request as a whole. */
  index?: number;
  /** The event's shape: see core/ingest/redact.ts. */
  body?: unknown;
}

export interface SourceStore {
  /** Puts what one process counted so far, whole: again with the same or higher counts is the same. @throws StoreBusy */
  putCounts(day: Day, source: string, process: string, counts: SourceCounts): Promise<void>;
  /** Counts of every source of a day, summed over the processes, by name. */
  counts(day: Day): Promise<{ source: string; counts: SourceCounts }[]>;
  /** @param write number of this write among those of the process */
  putRejects(process: string, write: number, rejects: Reject[]): Promise<void>;
  /** Newest first. */
  rejects(limit: number): Promise<Reject[]>;
}

/** Counts what comes in: kept in the process and stored every few seconds, since a write a request would cost too much. */
export interface SourceLedger {
  count(source: string, counts: Partial<SourceCounts>): void;
  /** Whether an event of this user and id came lately; remembers it. */
  isRepeated(user: string, id: string): boolean;
  /** Milliseconds between an event and its arrival. */
  lag(milliseconds: number): void;
  reject(reject: Reject): void;
  /** Stores what is due; never fails. */
  settle(): Promise<void>;
  /** Stores everything. */
  flush(): Promise<void>;
}

/** What the shop says of its events, as it is used. */
export interface ShopRules {
  mapping: MappingRules;
  traffic: TrafficRules;
}

export interface Catalogue {
  /** Product ids and SKUs with a category. */
  products: number;
  /** ISO 8601, UTC; null before the first. */
  updatedAt: string | null;
}

export interface RuleStore {
  /** At most 10 seconds old; at once after a change in the same process. @throws StoreBusy */
  current(): Promise<ShopRules>;
  eventTypes(): Promise<EventTypes>;
  putEventTypes(types: EventTypes): Promise<void>;
  traffic(): Promise<TrafficRules>;
  putTraffic(rules: TrafficRules): Promise<void>;
  catalogue(): Promise<Catalogue>;
  /** Categories by product id or SKU. */
  categories(): Promise<ReadonlyMap<string, string>>;
  putCategories(categories: ReadonlyMap<string, string>): Promise<Catalogue>;
  /** The secret that a source's webhooks are signed with. */
  webhookSecret(source: string): Promise<string | undefined>;
  /** undefined: takes none any more */
  putWebhookSecret(source: string, secret: string | undefined): Promise<void>;
}
