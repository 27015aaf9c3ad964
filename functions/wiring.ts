/** Makes the real dependencies of the functions from the environment, once per process. */
import { randomUUID } from 'node:crypto';
import { createDigests } from '../adapters/digests.ts';
import { createDownloads } from '../adapters/downloads.ts';
import { createActionStore } from '../adapters/dynamo/actions.ts';
import { createDynamoClient } from '../adapters/dynamo/client.ts';
import { createErasureStore } from '../adapters/dynamo/erasures.ts';
import { createLinkStore } from '../adapters/dynamo/links.ts';
import { createMergedUsers } from '../adapters/dynamo/merged-users.ts';
import { createOutbox } from '../adapters/dynamo/outbox.ts';
import { createRunStore } from '../adapters/dynamo/runs.ts';
import { createSettingStore } from '../adapters/dynamo/settings.ts';
import { createSourceStore } from '../adapters/dynamo/sources.ts';
import { createSuppressionStore } from '../adapters/dynamo/suppressions.ts';
import { createTablePlaces } from '../adapters/dynamo/user-items.ts';
import { createUserStore } from '../adapters/dynamo/users.ts';
import { createEventBus } from '../adapters/event-bus.ts';
import { createRuleStore } from '../adapters/ingest-rules.ts';
import { createKeyStore } from '../adapters/keys.ts';
import { createLinkedActions } from '../adapters/linked-actions.ts';
import { createLog } from '../adapters/log.ts';
import { createObjectStore } from '../adapters/objects.ts';
import { createPseudonyms } from '../adapters/pseudonyms.ts';
import { loadSecrets } from '../adapters/secrets.ts';
import { createSourceLedger } from '../adapters/source-ledger.ts';
import { createSender } from '../adapters/webhook-sender.ts';
import type { ErasureStore, TablePlace } from '../core/erasure/ports.ts';
import type { EventBus, Outbox, Sender } from '../core/events/ports.ts';
import type { Scorer } from '../core/model/contract.ts';
import type { ActionStore } from '../core/ports/actions.ts';
import type { KeyStore } from '../core/ports/keys.ts';
import type { BundleStore, Downloads, ObjectStore } from '../core/ports/objects.ts';
import type { RunStore } from '../core/ports/runs.ts';
import type { SettingStore } from '../core/ports/settings.ts';
import type { RuleStore, SourceLedger, SourceStore } from '../core/ports/sources.ts';
import type { SuppressionStore } from '../core/ports/suppressions.ts';
import type { Clock, Log } from '../core/ports/surroundings.ts';
import type { LinkStore, MergedUsers, Pseudonyms, UserStore } from '../core/ports/users.ts';
import { type Zone, zoneOf } from '../core/time.ts';
import { type Environment, parseEnvironment } from './environment.ts';

export interface Dependencies {
  environment: Environment;
  clock: Clock;
  log: Log;
  zone: Zone;
  actions: ActionStore;
  users: UserStore;
  mergedUsers: MergedUsers;
  links: LinkStore;
  suppressions: SuppressionStore;
  erasures: ErasureStore;
  /** What is kept of a user who was erased or suppressed. */
  digest: (user: string) => string;
  /** Where an erasure looks, besides the files. */
  tablePlaces: TablePlace[];
  runs: RunStore;
  outbox: Outbox;
  bus: EventBus;
  sender: Sender;
  settings: SettingStore;
  keys: KeyStore;
  pseudonyms: Pseudonyms;
  objects: ObjectStore;
  rules: RuleStore;
  sources: SourceStore;
  ledger: SourceLedger;
  downloads: Downloads;
  bundles: BundleStore;
  scorer: Scorer;
}

let wired: Promise<Dependencies> | undefined;

/** The process's dependencies from `process.env`. */
export function wire(): Promise<Dependencies> {
  wired ??= createDependencies(process.env).catch((error) => {
    // The next call tries again: a secret store that was away for a moment must not fail this process for ever.
    wired = undefined;
    throw error;
  });
  return wired;
}

export async function createDependencies(variables: Record<string, string | undefined>): Promise<Dependencies> {
  const environment = parseEnvironment(variables);
  const clock = Date.now;
  const dynamo = createDynamoClient();
  const tables = environment.TABLE_PREFIX;
  const secrets = await loadSecrets(environment.PEPPER_SECRET_ID);
  const objects = createObjectStore(environment.OBJECTS);
  const settings = createSettingStore(dynamo, tables);
  const mergedUsers = createMergedUsers(dynamo, tables);
  const pseudonyms = createPseudonyms(secrets);
  const sources = createSourceStore(dynamo, tables, clock);
  const log = createLog();
  const zone = zoneOf(environment.SHOP_TIME_ZONE);
  // Loaded by the functions that ask the model, and not by the cold start of the others.
  const bundles = once(async () => {
    const { createBundleStore } = await import('../adapters/bundles.ts');
    return createBundleStore(environment, objects, settings);
  });
  const scorer = once(async () => (await import('../adapters/scorer.ts')).createScorer(environment, settings));
  const digest = createDigests(secrets);
  return {
    environment,
    clock,
    log,
    zone,
    actions: createLinkedActions(createActionStore(dynamo, tables, clock), mergedUsers),
    users: createUserStore(dynamo, tables),
    mergedUsers,
    links: createLinkStore(dynamo, tables),
    suppressions: createSuppressionStore(dynamo, tables, digest, {
      clock,
      freshMs: environment.SUPPRESSION_SECONDS * 1_000,
    }),
    erasures: createErasureStore(dynamo, tables),
    digest,
    tablePlaces: createTablePlaces(dynamo, tables),
    runs: createRunStore(dynamo, tables),
    outbox: createOutbox(dynamo, tables),
    bus: createEventBus(environment.EVENT_BUS),
    sender: createSender({ allowLocal: environment.WEBHOOK_ALLOW_LOCAL }),
    settings,
    keys: createKeyStore(settings, clock, environment),
    pseudonyms,
    objects,
    rules: createRuleStore({ settings, objects, pseudonyms, clock, newId: randomUUID }),
    sources,
    ledger: createSourceLedger(sources, { clock, zone, log, process: randomUUID(), stage: environment.STAGE }),
    downloads: createDownloads(environment.OBJECTS, secrets.pepper, clock),
    bundles: { live: async () => (await bundles()).live(), of: async (version) => (await bundles()).of(version) },
    scorer: { score: async (input, version) => (await scorer()).score(input, version) },
  };
}

/** Makes something when it is first asked for; a failure is not kept. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
