/** What core/ needs from outside; adapters/ implements each port. */
import type { Action } from './actions/action.ts';
import type { Bundle } from './model/contract.ts';
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
  /** Epoch seconds after which the item is gone; absent: kept for ever. */
  expires?: number;
}

export interface StoredActionDetail extends Action {
  source?: string;
}

export interface ActionStore {
  /**
   * Writes one chunk. Resolves once it is stored.
   * @returns `repeated` when the same chunk was stored before.
   * @throws StoreBusy
   */
  put(chunk: ActionChunk): Promise<{ repeated: boolean }>;
  /**
   * Every unexpired action of a user in sequence order, each message id once.
   * @param range days, both included; absent: all
   */
  read(user: string, range?: { from?: Day; to?: Day }): Promise<StoredActionDetail[]>;
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
}

export interface UserStore {
  get(user: string): Promise<UserRecord | undefined>;
  /** In any order; users without a row are left out. */
  getMany(users: string[]): Promise<UserRecord[]>;
  /**
   * Notes that a user acted: reads first and writes only when the first or last day changed or when an action of a
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
  remove(kind: string, name: string): Promise<void>;
}

/** Files: S3, or a folder. Names are paths with `/`. A put replaces the whole file or nothing of it. */
export interface ObjectStore {
  put(name: string, body: Uint8Array): Promise<void>;
  get(name: string): Promise<Uint8Array | undefined>;
  list(prefix: string): Promise<string[]>;
  remove(name: string): Promise<void>;
}

/** The live model bundle; what it answers may change between calls after a promotion. */
export interface BundleStore {
  live(): Promise<Bundle>;
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
  list(): Promise<(ApiKey & { createdAt: string })[]>;
  revoke(id: string): Promise<boolean>;
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
