/** The shop's rules of ingest: small ones in the settings, the catalogue as a file that a setting names. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { createRules, type EventTypes } from '../core/ingest/rules.ts';
import { NO_TRAFFIC_RULES, type TrafficRules } from '../core/ingest/traffic.ts';
import type { ObjectStore } from '../core/ports/objects.ts';
import type { SettingStore } from '../core/ports/settings.ts';
import type { Catalogue, RuleStore, ShopRules } from '../core/ports/sources.ts';
import { StoreBusy } from '../core/ports/store-busy.ts';
import type { Clock } from '../core/ports/surroundings.ts';
import type { Pseudonyms } from '../core/ports/users.ts';
import { Lru } from './lru.ts';

const KIND = 'ingest';
const SECRETS = 'webhook-secret';
const CACHED_MS = 10_000;
const SOURCES = 1_000;

interface StoredCatalogue extends Catalogue {
  file: string;
  /** The one before, which other processes may be about to read. */
  before?: string;
}

interface Dependencies {
  settings: SettingStore;
  objects: ObjectStore;
  pseudonyms: Pick<Pseudonyms, 'encrypt' | 'decrypt'>;
  clock: Clock;
  newId: () => string;
}

export function createRuleStore({ settings, objects, pseudonyms, clock, newId }: Dependencies): RuleStore {
  let cached: { until: number; rules: Promise<ShopRules> } | undefined;
  let last: ShopRules | undefined;
  let catalogue: { file: string; categories: ReadonlyMap<string, string> } | undefined;
  const secrets = new Lru<{ until: number; secret: Promise<string | undefined> }>(SOURCES);

  const categoriesOf = async (stored: StoredCatalogue | undefined): Promise<ReadonlyMap<string, string>> => {
    if (!stored) return new Map();
    if (catalogue?.file !== stored.file) catalogue = { file: stored.file, categories: await readFile(objects, stored) };
    return catalogue.categories;
  };

  const load = async (): Promise<ShopRules> => {
    const stored = new Map((await settings.list(KIND)).map(({ name, value }) => [name, value]));
    const eventTypes = (stored.get('event-types') ?? {}) as EventTypes;
    const categories = await categoriesOf(stored.get('catalogue') as StoredCatalogue | undefined);
    const traffic = (stored.get('traffic') ?? NO_TRAFFIC_RULES) as TrafficRules;
    last = { mapping: createRules(eventTypes, categories), traffic };
    return last;
  };

  const put = async (name: string, value: unknown): Promise<void> => {
    await settings.put(KIND, name, value);
    cached = undefined;
  };

  const storedCatalogue = () => settings.get<StoredCatalogue>(KIND, 'catalogue');

  return {
    async current() {
      const now = clock();
      if (!cached || cached.until <= now) {
        // Rules of a moment ago are better than none while the store is busy.
        const before = last;
        const rules = load().catch((error) => {
          if (before) return before;
          cached = undefined;
          throw error;
        });
        cached = { until: now + CACHED_MS, rules };
      }
      return cached.rules;
    },

    eventTypes: async () => (await settings.get<EventTypes>(KIND, 'event-types')) ?? {},
    putEventTypes: (types) => put('event-types', types),
    traffic: async () => (await settings.get<TrafficRules>(KIND, 'traffic')) ?? NO_TRAFFIC_RULES,
    putTraffic: (rules) => put('traffic', rules),

    async catalogue() {
      const stored = await storedCatalogue();
      return { products: stored?.products ?? 0, updatedAt: stored?.updatedAt ?? null };
    },

    categories: async () => categoriesOf(await storedCatalogue()),

    async putCategories(categories) {
      const before = await storedCatalogue();
      const file = `catalogue/${newId()}.json.gz`;
      await objects.put(file, gzipSync(JSON.stringify([...categories])));
      const made = { products: categories.size, updatedAt: new Date(clock()).toISOString() };
      await put('catalogue', { ...made, file, ...(before && { before: before.file }) } satisfies StoredCatalogue);
      if (before?.before) await objects.remove(before.before);
      return made;
    },

    async webhookSecret(source) {
      const now = clock();
      let entry = secrets.get(source);
      if (!entry || entry.until <= now) {
        const secret = settings.get<string>(SECRETS, source).then((stored) => {
          return stored === undefined ? undefined : pseudonyms.decrypt(Buffer.from(stored, 'base64'));
        });
        entry = { until: now + CACHED_MS, secret };
        secrets.set(source, entry);
        secret.catch(() => secrets.delete(source));
      }
      return entry.secret;
    },

    async putWebhookSecret(source, secret) {
      if (secret === undefined) await settings.remove(SECRETS, source);
      // It must be read to check a signature, so it is encrypted and not hashed.
      else await settings.put(SECRETS, source, Buffer.from(pseudonyms.encrypt(secret)).toString('base64'));
      secrets.delete(source);
    },
  };
}

/** @throws StoreBusy for a file that is gone: a newer one is named by now */
async function readFile(objects: ObjectStore, { file }: StoredCatalogue): Promise<ReadonlyMap<string, string>> {
  const body = await objects.get(file);
  if (!body) throw new StoreBusy(new Error(`the catalogue's file ${file} is not there`));
  return new Map(JSON.parse(gunzipSync(body).toString('utf8')) as [string, string][]);
}
