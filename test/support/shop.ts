import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelInput, ModelOutput } from '../../core/model/contract.ts';
import type { ScoreRow } from '../../core/score-rows.ts';
import type { Day } from '../../core/time.ts';
import { createHandler as createFinish } from '../../functions/nightly/finish/handler.ts';
import { createHandler as createLookBack } from '../../functions/nightly/look-back/handler.ts';
import { createHandler as createPlan } from '../../functions/nightly/plan/handler.ts';
import { createHandler as createScoreShard } from '../../functions/nightly/score-shard/handler.ts';
import { readRows, scoreFile } from '../../functions/runs/score-files.ts';
import { createDependencies, type Dependencies } from '../../functions/wiring.ts';
import { type NightlyHandlers, type NightlyOptions, type NightlyRun, runNightly } from '../../local/nightly-runner.ts';
import { startPart } from '../../local/part.ts';
import { startStore, type TestStore } from './store.ts';

export const BUNDLE = fileURLToPath(new URL('../../model/bundles/tiny', import.meta.url));
export const ADMIN_KEY = 'bt_admin_of_a_test';

/** A whole shop for tests: real store, real files, real model; only its clock can be set. */
export interface TestShop {
  deps: Dependencies;
  /** What they were made from. */
  variables: Record<string, string>;
  /** The steps of the nightly run. */
  handlers: NightlyHandlers;
  /** Where the store answers. */
  storeUrl: string;
  /** The folder of the object store. */
  objectFolder: string;
  /** What the model was asked, in order: by every handler but the look back, and by that one. */
  asked: ModelInput[];
  lookedBack: ModelInput[];
  /** Sets the clock. */
  now: number;
  /** Stores actions of a user, as ingest does. `[iso, word]` */
  act(userId: string, ...actions: [time: string, word: string][]): Promise<string>;
  nightly(day: Day, options?: NightlyOptions): Promise<NightlyRun>;
  /** The score rows of a day, by pseudonym. */
  scores(day: Day): Promise<Map<string, ScoreRow>>;
  stop(): Promise<void>;
}

/**
 * @param change replaces dependencies, to make one of them fail
 * @param start starts the store
 */
export async function openShop(
  timeZone: string,
  change: (deps: Dependencies) => Partial<Dependencies> = () => ({}),
  start: () => Promise<TestStore> = startStore,
): Promise<TestShop> {
  const store = await start();
  const folder = await mkdtemp(join(tmpdir(), 'buy-timing-shop-'));
  const models = join(folder, 'objects', 'models');
  const model = await startPart('model endpoint', './model-worker.ts', { bundle: BUNDLE, models });
  const secrets = join(folder, 'secrets.json');
  const secret = () => randomBytes(32).toString('base64');
  await writeFile(secrets, JSON.stringify({ pepper: secret(), encryptionKey: secret() }));
  process.env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME = `http://127.0.0.1:${model.port}`;
  const variables = {
    SHOP_TIME_ZONE: timeZone,
    PEPPER_SECRET_ID: `file:${secrets}`,
    OBJECTS: `file:${join(folder, 'objects')}`,
    BUNDLE: `file:${BUNDLE}`,
    BUY_TIMING_ADMIN_KEY: ADMIN_KEY,
  };
  const wired = await createDependencies(variables);
  const asked: ModelInput[] = [];
  const lookedBack: ModelInput[] = [];
  const recording = (list: ModelInput[], { scorer }: { scorer: Dependencies['scorer'] }) => ({
    async score(input: ModelInput, version?: string): Promise<ModelOutput> {
      list.push(input);
      return scorer.score(input, version);
    },
  });
  const base: Dependencies = { ...wired, clock: () => shop.now, log: quiet };
  const changed = { ...base, ...change(base) };
  const deps = { ...changed, scorer: recording(asked, changed) };
  const lookBackDeps = { ...changed, scorer: recording(lookedBack, changed) };
  let chunks = 0;
  const shop: TestShop = {
    deps,
    variables,
    handlers: {
      plan: createPlan(deps),
      'look-back': createLookBack(lookBackDeps),
      'score-shard': createScoreShard(deps),
      finish: createFinish(deps),
    },
    storeUrl: store.url,
    objectFolder: join(folder, 'objects'),
    asked,
    lookedBack,
    now: Date.parse('2030-01-01T00:00:00Z'),
    async act(userId, ...given) {
      const user = deps.pseudonyms.pseudonym(userId);
      const actions = given.map(([time, word], i) => ({ word, at: Date.parse(time), id: `${chunks}-${i}` }));
      const days = Map.groupBy(actions, ({ at }) => deps.zone.dayOf(at));
      for (const [day, part] of days) await deps.actions.put({ user, day, chunk: `c${chunks++}`, actions: part });
      const [first, last] = [[...days.keys()].sort()[0]!, [...days.keys()].sort().at(-1)!];
      await deps.users.touch({ user, encryptedId: () => deps.pseudonyms.encrypt(userId), first, last, today: last });
      return user;
    },
    nightly: (day, options = {}) => runNightly(shop.handlers, { retryMs: 1, ...options, day }),
    async scores(day) {
      const rows = new Map<string, ScoreRow>();
      for (let shard = 0; shard < 256; shard++)
        for (const row of await readRows(deps.objects, scoreFile(day, shard))) rows.set(row.user, row);
      return rows;
    },
    async stop() {
      delete process.env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME;
      await Promise.all([store.stop(), model.close()]);
      await rm(folder, { recursive: true });
    },
  };
  return shop;
}

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
