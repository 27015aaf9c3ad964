/** What erasures need from outside; adapters/ implements each port. */
import type { Regulation } from './regulation.ts';

/** Requests of privacy and what became of them. Users in it are pseudonyms while a request runs, digests afterwards. */
export interface ErasureStore {
  /** Keeps a request and the users it names, and puts it among those that wait. */
  begin(regulation: Regulation, users: readonly string[]): Promise<void>;
  get(id: string): Promise<Regulation | undefined>;
  put(regulation: Regulation): Promise<void>;
  /** Ids of requests that are not finished. */
  waiting(): Promise<string[]>;
  /** The users of a request that is not finished. */
  users(id: string): Promise<string[]>;
  /** Replaces them: by all ids of the same persons. */
  putUsers(id: string, users: readonly string[]): Promise<void>;
  /** Forgets a request's users and takes it from those that wait. */
  finish(regulation: Regulation): Promise<void>;
  /** Notes what is known of an erased user from now on. `with`: digests of the same person's other ids. */
  noteErased(digest: string, note: { at: number; regulation: string; with: readonly string[] }): Promise<void>;
  /** The latest note of a digest. */
  erased(digest: string): Promise<{ at: number; regulations: string[]; with: string[] } | undefined>;
  /** Digests of everyone erased at an instant or after it, epoch milliseconds. */
  erasedSince(at: number): Promise<Set<string>>;
  /** @returns false while another process holds it */
  takeLease(holder: string, now: number, until: number): Promise<boolean>;
  dropLease(holder: string): Promise<void>;
}

/** Somewhere things of users are kept. */
export interface Place {
  /** As certificates name it: `table Actions`. */
  name: string;
  /** Removes everything of the users. Safe to repeat. @returns how much there was */
  remove(users: ReadonlySet<string>): Promise<number>;
}

/** A table whose key names the user. */
export interface TablePlace extends Place {
  /** Everyone of whom it holds something; some more than once. */
  users(): AsyncIterable<string>;
}
