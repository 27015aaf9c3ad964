/** What core/ needs from outside; adapters/ implements each port. */
import type { Action } from './actions/action.ts';
import type { SourceCounts } from './ingest/counts.ts';
import type { EventTypes, MappingRules } from './ingest/rules.ts';
import type { TrafficRules } from './ingest/traffic.ts';
import type { Bundle } from './model/contract.ts';
import type { UserFacts } from './profiles/facts.ts';
import type { Day } from './time.ts';

export type Clock = () => number;

/** The store answered that it takes no more for now; the caller should answer 503 with Retry-After. */
export class StoreBusy extends Error {
  constructor(cause?: unknown) {
    super('the store is busy', { cause });
    this.name = 'StoreBusy';
  }
}

/** Actions of one user, day and request: one item of the store. */
export interface ActionChunk {
  user: string;
  day: Day;
  /** Derived from the raw timestamps and message ids, so that a retry overwrites itself. */
  chunk: string;
  actions: Action[];
  source?: string;
  /** Id of the request that brought them, as in the log; absent: they came with none. */
  request?: string;
  /** Epoch seconds after which the item is gone; absent: kept for ever. */
  expires?: number;
}

export interface StoredActionDetail extends Action {
  source?: string;
  request?: string;
}

export interface ActionStore {
  /**
   * Writes one chunk. Resolves once it is stored.
   * @returns `repeated` when the same chunk was stored before.
   * @throws StoreBusy
   */
  put(chunk: ActionChunk): Promise<{ repeated: boolean }>;
  /**
   * Every unexpired action of a user and of the ids merged into it, in sequence order, each message id once.
   * A merged id answers with the whole sequence of its user.
   * @param range days, both included; absent: all
   * @param linked ids merged into the user, by a caller who has the user's record; absent: looked up
   */
  read(user: string, range?: { from?: Day; to?: Day }, linked?: readonly string[]): Promise<StoredActionDetail[]>;
}

/** A forecast as stored with its user. */
export interface StoredForecast {
  /** `packForecast` of core/forecasts: under 3 KB. */
  packed: Uint8Array;
  /** The day whose first instant is the forecast's origin. */
  originDay: Day;
  modelVersion: string;
  /** `revision` of the user when the forecast's actions were read. */
  revision: number;
  /** Epoch milliseconds of the last action the forecast knows of. */
  lastActionAt: number;
  /** What those actions say beside the forecast. */
  facts: UserFacts;
}

export interface UserRecord {
  user: string;
  shard: number;
  firstActionDay: Day;
  lastActionDay: Day;
  /** Rises when an action older than the forecast's origin arrives, so the next run rescores. */
  revision: number;
  /** The shop's id, AES-256-GCM. */
  encryptedId: Uint8Array;
  forecast?: StoredForecast;
  /** Pseudonyms merged into this user; absent: none. */
  linked?: string[];
  consent?: Consent;
}

/** What a user agreed to, by the latest event that said so. Absent: never asked. */
export interface Consent {
  marketing?: boolean;
  analytics?: boolean;
  /** Epoch milliseconds of that event. */
  at: number;
}

export interface UserStore {
  /** The user's record; that of the user it was merged into, for a merged one. */
  get(user: string): Promise<UserRecord | undefined>;
  /** In any order; users without an action and merged ones are left out. */
  getMany(users: string[]): Promise<UserRecord[]>;
  /** `encryptedId` alone by user: a list of a thousand needs none of their forecasts. */
  idsOf(users: string[]): Promise<Map<string, Uint8Array>>;
  /**
   * Notes that a user, or the one it was merged into, acted: reads first and writes only when the first or last day changed or when an action of a
   * day before today or before the forecast's origin came. Idempotent but for `revision`.
   * @param days first and last day of the stored actions; `today` is the shop's day now: an action of a day before it may come
   *   while that day is being scored, so it raises `revision` even where the forecast does not look older yet
   */
  touch(touch: { user: string; encryptedId: () => Uint8Array; first: Day; last: Day; today: Day }): Promise<void>;
  /** Keys of a shard's users whose last action is at or after a day. */
  inShard(
    shard: number,
    lastActionFrom: Day,
  ): AsyncIterable<{ user: string; firstActionDay: Day; lastActionDay: Day }[]>;
  /** Stores a forecast unless one of a later origin is there. @returns whether it was stored */
  putForecast(user: string, forecast: StoredForecast): Promise<boolean>;
}

/** Which rows of Users are one person. */
export interface MergedUsers {
  /** The user that an id stands for after every merge, and the ids merged into that user. */
  identityOf(user: string): Promise<{ user: string; linked: string[] }>;
  /**
   * Adds ids whose actions are read as the user's from now on, and raises `revision`. Makes the row if there is none.
   * @returns the user that this one was merged into, when it is none of its own any more; nothing is written then
   */
  adopt(user: string, ids: readonly string[], encryptedId: () => Uint8Array): Promise<string | undefined>;
  /**
   * Makes the row of a user a tombstone that points to another and that no run sees. Safe to repeat.
   * @returns what the row knew: the days of its actions and its consent
   */
  bury(user: string, into: string): Promise<{ days?: { first: Day; last: Day }; consent?: Consent }>;
  /** Keeps a consent unless a later one is known. Makes the row if there is none. */
  noteConsent(user: string, consent: Consent, encryptedId: () => Uint8Array): Promise<void>;
}

/** One id of the Links table: where it leads, and who leads to it. */
export interface Link {
  id: string;
  /** The id that this one was merged into, itself perhaps merged further. */
  to?: string;
  /** Every step of its merge is done. */
  done: boolean;
  /** Ids merged into this one, those merged into them included; some only claimed by a merge that did not get on. */
  members: string[];
  /** Rises with every claim. */
  claims: number;
}

/** Single-item writes, each safe to repeat; core/identity/merge.ts says in which order. */
export interface LinkStore {
  /** As it is now; an empty link for an id without one. */
  get(id: string): Promise<Link>;
  /**
   * Adds members to an id that leads nowhere and whose claims are still those that were read.
   * @returns false when it changed since
   */
  claim(link: Link, ids: readonly string[]): Promise<boolean>;
  /** Makes an id lead to another, if its claims are still those that were read and it leads nowhere. */
  commit(link: Link, to: string): Promise<boolean>;
  /** Notes that every step of an id's merge is done. */
  finish(id: string): Promise<void>;
}

/** Users of whom nothing may be stored any more. */
export interface Suppressions {
  /** May be some seconds behind a change made by another process. */
  has(user: string): Promise<boolean>;
}

/** The list that Suppressions reads, by digests of users. Changes may be repeated. */
export interface SuppressionStore extends Suppressions {
  add(digests: readonly string[]): Promise<void>;
  remove(digests: readonly string[]): Promise<void>;
}

export interface RunRecord {
  day: Day;
  /** `plan`, `finish`, or the shard's number with leading zeros. */
  shard: string;
  /** What the step left: counts, versions, statistics. JSON. */
  state: Record<string, unknown>;
}

export interface RunStore {
  get(day: Day, shard: string): Promise<RunRecord | undefined>;
  list(day: Day): Promise<RunRecord[]>;
  put(record: RunRecord): Promise<void>;
  remove(day: Day): Promise<void>;
}

export interface SettingStore {
  get<T>(kind: string, name: string): Promise<T | undefined>;
  list<T>(kind: string): Promise<{ name: string; value: T }[]>;
  put(kind: string, name: string, value: unknown): Promise<void>;
  /**
   * Puts a value in the place of the one that was read before; `before` undefined: where there is none.
   * @returns false when another is there by now
   */
  replace(kind: string, name: string, before: unknown, value: unknown): Promise<boolean>;
  remove(kind: string, name: string): Promise<void>;
}

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

/** Files: S3, or a folder. Names are paths with `/`. A put replaces the whole file or nothing of it. */
export interface ObjectStore {
  put(name: string, body: Uint8Array): Promise<void>;
  get(name: string): Promise<Uint8Array | undefined>;
  list(prefix: string): Promise<string[]>;
  remove(name: string): Promise<void>;
}

/** Links to files of the object store, for callers without a key. */
export interface Downloads {
  /** @returns a URL that holds for some minutes; the file is saved as `fileName` */
  link(name: string, fileName: string): Promise<string>;
}

/** Model bundles by version; which one is live may change between calls, by a promotion. */
export interface BundleStore {
  live(): Promise<Bundle>;
  /** @throws Error for one that is not there or cannot be used */
  of(version: string): Promise<Bundle>;
}

export const SCOPES = ['write', 'read', 'read:ids', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export interface ApiKey {
  id: string;
  scope: Scope;
  name: string;
  source?: string;
}

export interface KeyStore {
  /** The key's record, or undefined for an unknown or revoked one. Compared as hashes, in constant time. */
  find(key: string): Promise<ApiKey | undefined>;
  create(key: { scope: Scope; name: string; source?: string }): Promise<{ id: string; key: string; scope: Scope }>;
  /** Oldest first. `endsAt` (ISO 8601): a rotated key works until then. */
  list(): Promise<(ApiKey & { createdAt: string; endsAt?: string })[]>;
  revoke(id: string): Promise<boolean>;
  /**
   * Makes a key of the same scope, name and source; the old one works for `overlapMs` more.
   * @returns undefined for an id that is not there or that ended
   */
  rotate(
    id: string,
    overlapMs: number,
  ): Promise<{ id: string; key: string; scope: Scope; replaces: { id: string; endsAt: string } } | undefined>;
}

/** Pseudonyms and encrypted ids, from the shop's secret pepper. */
export interface Pseudonyms {
  /** HMAC-SHA256(pepper, userId), hex. */
  pseudonym(userId: string): string;
  encrypt(userId: string): Uint8Array;
  decrypt(encrypted: Uint8Array): string;
}

export interface Log {
  info(message: string, details?: Record<string, unknown>): void;
  warn(message: string, details?: Record<string, unknown>): void;
  error(message: string, details?: Record<string, unknown>): void;
}
