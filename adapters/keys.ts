import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';
import { type ApiKey, type KeyStore, SCOPES, type Scope } from '../core/ports/keys.ts';
import type { SettingStore } from '../core/ports/settings.ts';
import type { Clock } from '../core/ports/surroundings.ts';
import { Lru } from './lru.ts';

/** Kind of the settings that hold keys; their name is the key's id. */
const KIND = 'key';
/** A revoked key is refused after this many milliseconds at the latest. */
const CACHED_MS = 30_000;
const CACHED_KEYS = 1_000;
/** The id is this much of the hash: enough to find one key, useless to make it. */
const ID_LENGTH = 16;

const schema = z.object({
  hash: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  scope: z.enum(SCOPES),
  name: z.string(),
  source: z.optional(z.string()),
  createdAt: z.string(),
  /** A key that was rotated works until then. */
  endsAt: z.optional(z.string()),
});
type StoredKey = z.infer<typeof schema>;

export interface FixedKeys {
  BUY_TIMING_WRITE_KEY?: string | undefined;
  BUY_TIMING_READ_KEY?: string | undefined;
  BUY_TIMING_ADMIN_KEY?: string | undefined;
}

interface Found {
  key: ApiKey;
  /** Epoch milliseconds. */
  endsAt: number;
}

interface Cached {
  until: number;
  found: Promise<Found | undefined>;
}

/**
 * Keys kept in the settings as SHA-256 hashes only, and the fixed ones of a local system. A key has 192 random bits,
 * so a plain hash is as good as a slow one.
 */
export function createKeyStore(settings: SettingStore, clock: Clock, fixed: FixedKeys): KeyStore {
  const fixedKeys = fixedKeysOf(fixed);
  // Apart, so that a flood of made-up keys does not push out the real ones.
  const found = new Lru<Cached>(CACHED_KEYS);
  const unknown = new Lru<Cached>(CACHED_KEYS);

  const look = async (hash: string): Promise<Found | undefined> => {
    const id = hash.slice(0, ID_LENGTH);
    const value = await settings.get(KIND, id);
    if (value === undefined) return undefined;
    const stored = parse(id, value);
    return equal(stored.hash, hash) ? { key: toKey(id, stored), endsAt: endOf(stored) } : undefined;
  };

  const lookCached = async (hash: string): Promise<Found | undefined> => {
    const now = clock();
    const cached = found.get(hash) ?? unknown.get(hash);
    if (cached && cached.until > now) return cached.found;
    const entry = { until: now + CACHED_MS, found: look(hash) };
    found.delete(hash);
    unknown.set(hash, entry);
    try {
      const result = await entry.found;
      if (result && unknown.get(hash) === entry) {
        unknown.delete(hash);
        found.set(hash, entry);
      }
      return result;
    } catch (error) {
      unknown.delete(hash);
      throw error;
    }
  };

  const forget = (id: string): void => {
    for (const cache of [found, unknown]) {
      for (const hash of cache.keys()) if (hash.startsWith(id)) cache.delete(hash);
    }
  };

  const create = async ({ scope, name, source }: { scope: Scope; name: string; source?: string }) => {
    // A colon would end the user name of Basic authentication.
    const key = `bt_${scope.replace(':', '-')}_${randomBytes(24).toString('base64url')}`;
    const hash = hashOf(key);
    const id = hash.slice(0, ID_LENGTH);
    const createdAt = new Date(clock()).toISOString();
    await settings.put(KIND, id, { hash, scope, name, source, createdAt } satisfies StoredKey);
    forget(id);
    return { id, key, scope };
  };

  return {
    async find(key) {
      const hash = hashOf(key);
      let match: ApiKey | undefined;
      // All of them, so that the time does not tell which one came close.
      for (const known of fixedKeys) if (equal(known.hash, hash)) match = known.key;
      if (match) return match;
      const stored = await lookCached(hash);
      return stored && clock() < stored.endsAt ? stored.key : undefined;
    },

    create,

    async list() {
      const stored = await settings.list(KIND);
      return stored
        .map(({ name: id, value }) => ({ id, stored: parse(id, value) }))
        .map(({ id, stored }) => ({
          ...toKey(id, stored),
          createdAt: stored.createdAt,
          ...(stored.endsAt !== undefined && { endsAt: stored.endsAt }),
        }))
        .sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0));
    },

    async revoke(id) {
      const known = await settings.get(KIND, id);
      if (known === undefined) return false;
      await settings.remove(KIND, id);
      forget(id);
      return true;
    },

    async rotate(id, overlapMs) {
      const value = await settings.get(KIND, id);
      const old = value === undefined ? undefined : parse(id, value);
      if (!old || endOf(old) <= clock()) return undefined;
      const { scope, name, source } = old;
      // The new one first: cut off between the two writes, both work until the call is made again.
      const made = await create({ scope, name, ...(source !== undefined && { source }) });
      const endsAt = new Date(Math.min(endOf(old), clock() + overlapMs)).toISOString();
      await settings.put(KIND, id, { ...old, endsAt } satisfies StoredKey);
      forget(id);
      return { ...made, replaces: { id, endsAt } };
    },
  };
}

function endOf({ endsAt }: StoredKey): number {
  return endsAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(endsAt);
}

/** The fixed read key shows ids: it is the one that the shop's own dashboard is opened with. */
function fixedKeysOf(fixed: FixedKeys): { hash: string; key: ApiKey }[] {
  const given: [string | undefined, Scope][] = [
    [fixed.BUY_TIMING_WRITE_KEY, 'write'],
    [fixed.BUY_TIMING_READ_KEY, 'read:ids'],
    [fixed.BUY_TIMING_ADMIN_KEY, 'admin'],
  ];
  return given.flatMap(([key, scope]) => {
    if (!key) return [];
    return [{ hash: hashOf(key), key: { id: `fixed-${scope}`, scope, name: `fixed ${scope} key` } }];
  });
}

function parse(id: string, value: unknown): StoredKey {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(
    `the stored key ${id} is damaged: ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}`,
  );
}

function toKey(id: string, { scope, name, source }: StoredKey): ApiKey {
  return { id, scope, name, ...(source !== undefined && { source }) };
}

function hashOf(key: string): string {
  return createHash('sha256').update(key, 'utf8').digest('hex');
}

/** Two hashes in hex, in a time that does not depend on where they differ. */
function equal(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
