/** What is known of users, and which of them are one person. */
import type { UserFacts } from '../profiles/facts.ts';
import type { Day } from '../time.ts';

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

/** Pseudonyms and encrypted ids, from the shop's secret pepper. */
export interface Pseudonyms {
  /** HMAC-SHA256(pepper, userId), hex. */
  pseudonym(userId: string): string;
  encrypt(userId: string): Uint8Array;
  decrypt(encrypted: Uint8Array): string;
}
