/** The model in a Lambda against the model behind an endpoint: one client, one contract, the same numbers. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSettingStore } from '../../adapters/dynamo/settings.ts';
import { createScorer } from '../../adapters/scorer.ts';
import { batchesOf } from '../../core/model/batches.ts';
import { LENGTHS, type ModelInput, ScorerUnavailable, type Sequence } from '../../core/model/contract.ts';
import { ContractError } from '../../core/model/kserve.ts';
import { SHOP_STATISTICS } from '../../core/shop-statistics.ts';
import { type Part, startPart } from '../../local/part.ts';
import { startStore, type TestStore } from '../support/store.ts';

const BUNDLE = fileURLToPath(new URL('../../model/bundles/tiny', import.meta.url));
const SCRIPT = fileURLToPath(new URL('../support/scorer-function.ts', import.meta.url));
const { version } = JSON.parse(readFileSync(join(BUNDLE, 'manifest.json'), 'utf8')) as { version: string };
const ORIGIN = 19_000 * 86_400;
const shop = new Float32Array(SHOP_STATISTICS.length).fill(-1);

function inputOf(users: number, length: number): ModelInput {
  const position = Array.from({ length }, (_, index) => index);
  const sequence = (user: number): Sequence => ({
    words: Int32Array.from(position, (index) => 1 + ((index + user) % 9)),
    at: Float64Array.from(position, (index) => ORIGIN - (length - index) * 3_600 * (1 + user)),
    count: Float32Array.from(position, (index) => 1 + (index % 3)),
    local: Int32Array.from(position, (index) => index % 5),
    categories: ['a', 'b', 'c', 'd'],
  });
  const [batch] = batchesOf(
    Array.from({ length: users }, (_, user) => sequence(user)),
    shop,
    ORIGIN,
  );
  return batch!.input;
}

const folder = mkdtempSync(join(tmpdir(), 'buy-timing-scorer-'));
let store: TestStore;
let endpoint: Part;
let process_: ChildProcess;

beforeAll(async () => {
  store = await startStore();
  endpoint = await startPart('model endpoint', './model-worker.ts', { bundle: BUNDLE });
  cpSync(BUNDLE, join(folder, 'models', version), { recursive: true });
  await createSettingStore(store.client, '').put('model', 'live', { version });
  process_ = spawn(process.execPath, [SCRIPT], {
    env: {
      ...store.environment,
      SHOP_TIME_ZONE: 'UTC',
      PEPPER_SECRET_ID: 'not read',
      OBJECTS: `file:${folder}`,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [port] = await once(createInterface({ input: process_.stdout! }), 'line');
  process.env.AWS_ENDPOINT_URL_LAMBDA = `http://localhost:${port}`;
  process.env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME = `http://127.0.0.1:${endpoint.port}`;
}, 60_000);
afterAll(async () => {
  process_?.stdin?.end();
  await endpoint?.close();
  await store?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const names = { ENDPOINT_NAME: 'buy-timing', SCORER_FUNCTION: 'scorer', BUNDLE: '' };
const lambda = () => createScorer({ SCORER: 'lambda', ...names });

test.each(LENGTHS)('answers as the endpoint does, to the last bit, for sequences of %d positions', async (length) => {
  const input = inputOf(5, length);
  expect(await lambda().score(input)).toEqual(await createScorer({ SCORER: 'endpoint', ...names }).score(input));
});

test('takes the largest call of the contract', async () => {
  expect((await lambda().score(inputOf(64, 256))).batch).toBe(64);
}, 60_000);

test('refuses what is off the contract, and says why', async () => {
  const input = inputOf(2, 32);
  const wrong = { ...input, words: input.words.map(() => 99_999n) };
  await expect(lambda().score(wrong)).rejects.toThrow(ContractError);
  await expect(lambda().score(wrong)).rejects.toThrow(/words/);
});

test('a function that cannot load the live model is away, and is there again when it can', async () => {
  const settings = createSettingStore(store.client, '');
  await settings.put('model', 'live', { version: 'nobody-has-it' });
  // For five seconds it trusts what was live.
  await new Promise((done) => setTimeout(done, 5_500));
  await expect(lambda().score(inputOf(1, 32))).rejects.toThrow(ScorerUnavailable);
  await settings.put('model', 'live', { version });
  await new Promise((done) => setTimeout(done, 5_500));
  expect((await lambda().score(inputOf(1, 32))).batch).toBe(1);
}, 60_000);

test('where both are there, the endpoint is asked for calls of the model that it has, the function for all others', async () => {
  const settings = createSettingStore(store.client, '');
  const noFunction = { ...names, SCORER_FUNCTION: 'none' };
  const either = () => createScorer({ SCORER: 'either', ...noFunction }, settings);
  await settings.put('model', 'endpoint', version);
  expect((await either().score(inputOf(1, 32), version)).batch).toBe(1);
  await expect(either().score(inputOf(1, 32), 'another')).rejects.toThrow('there is no function none');
  await settings.remove('model', 'endpoint');
  await expect(either().score(inputOf(1, 32), version)).rejects.toThrow('there is no function none');
});

test('a function that is not there is named', async () => {
  const none = createScorer({ SCORER: 'lambda', ...names, SCORER_FUNCTION: 'none' });
  await expect(none.score(inputOf(1, 32))).rejects.toThrow('there is no function none');
});
