/** Keys of callers. */

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
