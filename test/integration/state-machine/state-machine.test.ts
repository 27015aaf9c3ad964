/** The state machine as it is synthesised, in moto's interpreter, over the real steps: real store, files and model. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ScorerUnavailable } from '../../../core/model/contract.ts';
import { addDays, type Day } from '../../../core/time.ts';
import { historyEvents, statesEntered } from '../../../lib/cost/night.ts';
import type { Definition } from '../../../lib/nightly/definition.ts';
import { ofType, readable, synthesize } from '../../support/infra.ts';
import { type Interpreter, startInterpreter } from '../../support/interpreter.ts';
import { type LocalCloud, startLocalCloud } from '../../support/local-cloud.ts';
import { findTool, INTERPRETER } from '../../support/python-tool.ts';
import { openShop, type TestShop } from '../../support/shop.ts';

const python = await findTool(INTERPRETER);
const stages = synthesize();

function definitionOf(scorer: string): Definition {
  const stage = stages.find(({ config }) => config.scorer === scorer)!;
  const [machine] = ofType(stage.stacks.nightly, 'AWS::StepFunctions::StateMachine');
  return JSON.parse(readable(machine!.Properties.DefinitionString, stage));
}

const USERS = 24;
/** Each test runs a night of its own, later than those before. */
let day: Day = '2026-03-10';

(python ? describe : describe.skip)('the state machine of the nightly run', () => {
  let shop: TestShop;
  let cloud: LocalCloud;
  let interpreter: Interpreter;
  /** How often a step fails from now on; of `score-shard` by shard. */
  let failures: Map<string, number>;
  let endpointNeeded = true;
  const endpoints = () => [...cloud.endpoints.values()];

  beforeAll(async () => {
    // The model's server is always there; on AWS it is when its endpoint is in service.
    shop = await openShop('UTC', ({ scorer }) => ({
      scorer: {
        score: async (input) => {
          if (endpointNeeded && !endpoints().includes('InService'))
            throw new ScorerUnavailable(new Error('no endpoint'));
          return scorer.score(input);
        },
      },
    }));
    const failing =
      (name: string, handler: (input: never) => Promise<unknown>) => async (input: { shard?: number } & object) => {
        const key = input.shard === undefined ? name : `${name} ${input.shard}`;
        const left = failures.get(key) ?? failures.get(name) ?? 0;
        if (left > 0) {
          failures.set(key, left - 1);
          throw new Error(`${key} is down`);
        }
        return handler(input as never);
      };
    cloud = await startLocalCloud({
      '<planFunction.Arn>': failing('plan', shop.handlers.plan),
      '<lookbackFunction.Arn>': failing('look-back', shop.handlers['look-back']),
      '<scoreshardFunction.Arn>': failing('score-shard', shop.handlers['score-shard']),
      '<finishFunction.Arn>': failing('finish', shop.handlers.finish),
    });
    interpreter = startInterpreter(python!, cloud.port);
    for (let user = 0; user < USERS; user++)
      await shop.act(
        `user-${user}`,
        ...[20, 9, 4, 1].map((ago): [string, string] => [`${addDays(day, -ago)}T1${user % 10}:00:00Z`, 'view:shoes']),
      );
  }, 120_000);
  afterAll(async () => {
    await interpreter.stop();
    await cloud.stop();
    await shop.stop();
  });

  beforeEach(async () => {
    day = addDays(day, 1);
    // Everyone was there yesterday, so that the model has work.
    for (let user = 0; user < USERS; user++)
      await shop.act(`user-${user}`, [`${addDays(day, -1)}T10:00:00Z`, user % 3 ? 'view:hats' : 'purchase:hats']);
    failures = new Map();
    cloud.calls.length = 0;
    cloud.endpoints.clear();
    cloud.behaviour = { becomes: 'InService', looks: 2, refuses: [] };
    endpointNeeded = true;
  });

  const run = (scorer = 'nightly') => interpreter.run(definitionOf(scorer), { day });
  const calls = (name: string) => cloud.calls.filter((call) => call.includes(name)).length;
  const scored = async () => (await shop.scores(day)).size;
  /** A shard that somebody is in. */
  const someShard = async () => (await shop.deps.users.getMany([shop.deps.pseudonyms.pseudonym('user-3')]))[0]!.shard;

  test('makes an endpoint, waits for it, scores everyone once and deletes it', async () => {
    const { status, states, events, waited } = await run();
    expect(status).toBe('SUCCEEDED');
    expect(await scored()).toBe(USERS);
    expect([calls('CreateEndpoint'), calls('DeleteEndpoint'), endpoints()]).toEqual([1, 1, []]);
    expect(calls('scoreshard')).toBe(await shards());
    expect(waited).toEqual([30, 30]);
    // What the bill counts (lib/cost/night.ts).
    expect(states).toHaveLength(statesEntered(2));
    expect(events).toHaveLength(historyEvents(2));
  }, 60_000);

  const shards = async () => {
    const plan = await shop.deps.runs.get(day, 'plan');
    return (plan!.state.shards as number[]).length;
  };

  test('started again for the same day, scores no shard and makes no endpoint', async () => {
    await run();
    const asked = shop.asked.length;
    const scoredShards = calls('scoreshard');
    const { status } = await run();
    expect(status).toBe('SUCCEEDED');
    expect(shop.asked).toHaveLength(asked);
    expect([calls('scoreshard'), calls('CreateEndpoint'), endpoints()]).toEqual([scoredShards, 1, []]);
  }, 60_000);

  test('tries a shard again that fails twice, after pauses of a random length', async () => {
    const shard = await someShard();
    failures.set(`score-shard ${shard}`, 2);
    const { status, waited } = await run();
    expect(status).toBe('SUCCEEDED');
    expect(await scored()).toBe(USERS);
    const pauses = waited.filter((seconds) => seconds !== 30);
    expect(pauses).toHaveLength(2);
    expect(pauses[0]).toBeLessThanOrEqual(5);
    expect(pauses[1]).toBeLessThanOrEqual(10);
  }, 60_000);

  test('fails when a shard fails for good, scores the others, deletes the endpoint; started again, scores that shard alone', async () => {
    const shard = await someShard();
    failures.set(`score-shard ${shard}`, 3);
    const before = shop.asked.reduce((sum, { batch }) => sum + batch, 0);
    const first = await run();
    expect(first).toMatchObject({ status: 'FAILED', error: 'ShardsFailed' });
    expect(first.cause).toContain(String(shard));
    const missing = USERS - (await scored());
    expect(missing).toBeGreaterThan(0);
    expect(endpoints()).toEqual([]);
    cloud.calls.length = 0;
    const second = await run();
    expect(second.status).toBe('SUCCEEDED');
    expect(calls('scoreshard')).toBe(1);
    expect(await scored()).toBe(USERS);
    expect(shop.asked.reduce((sum, { batch }) => sum + batch, 0) - before).toBe(USERS);
    expect(endpoints()).toEqual([]);
  }, 60_000);

  test.each(['plan', 'finish'])(
    'fails when %s fails at every try, and leaves no endpoint',
    async (step) => {
      failures.set(step, 3);
      const { status, error, cause } = await run();
      expect([status, error]).toEqual(['FAILED', 'RunFailed']);
      expect(cause).toContain(`${step} is down`);
      expect(calls(`${step}Function`)).toBe(3);
      expect(calls('CreateEndpoint')).toBe(step === 'plan' ? 0 : 1);
      expect(endpoints()).toEqual([]);
    },
    60_000,
  );

  test('scores without what it would have learned when the look back fails', async () => {
    failures.set('look-back', 2);
    expect((await run()).status).toBe('SUCCEEDED');
    expect(calls('lookback')).toBe(2);
    expect(await scored()).toBe(USERS);
  }, 60_000);

  test('fails when the endpoint cannot be made, and scores nobody', async () => {
    cloud.behaviour.refuses = ['CreateEndpoint'];
    const { status, error } = await run();
    expect([status, error]).toEqual(['FAILED', 'RunFailed']);
    expect(calls('CreateEndpoint')).toBe(3);
    expect([calls('scoreshard'), await scored(), endpoints()]).toEqual([0, 0, []]);
  }, 60_000);

  test('fails when the endpoint does not come up, and deletes what is there of it', async () => {
    cloud.behaviour.becomes = 'Failed';
    const { status, error, cause } = await run();
    expect([status, error]).toEqual(['FAILED', 'RunFailed']);
    expect(cause).toContain('the endpoint is Failed');
    expect([calls('scoreshard'), endpoints()]).toEqual([0, []]);
  }, 60_000);

  test('gives an endpoint half an hour', async () => {
    cloud.behaviour.looks = Number.POSITIVE_INFINITY;
    const { status, waited } = await run();
    expect(status).toBe('FAILED');
    expect(waited.reduce((sum, seconds) => sum + seconds, 0) / 60).toBeCloseTo(30, -1);
    expect(endpoints()).toEqual([]);
  }, 60_000);

  test('uses the endpoint that an earlier try left', async () => {
    cloud.endpoints.set('buy-timing-dev', 'Creating');
    expect((await run()).status).toBe('SUCCEEDED');
    expect([calls('CreateEndpoint'), endpoints()]).toEqual([0, []]);
  }, 60_000);

  test('fails when the endpoint cannot be deleted, although everyone is scored', async () => {
    cloud.behaviour.refuses = ['DeleteEndpoint'];
    const { status, error } = await run();
    expect([status, error]).toEqual(['FAILED', 'EndpointNotDeleted']);
    expect(calls('DeleteEndpoint')).toBe(5);
    expect(await scored()).toBe(USERS);
  }, 60_000);

  test('makes no endpoint on a day without anyone to score', async () => {
    day = '2020-01-01';
    expect((await run()).status).toBe('SUCCEEDED');
    expect(calls('CreateEndpoint')).toBe(0);
    day = '2026-05-01';
  }, 60_000);

  test.each(['always', 'lambda'])(
    'makes and deletes none where the scorer is %s',
    async (scorer) => {
      endpointNeeded = false;
      expect((await run(scorer)).status).toBe('SUCCEEDED');
      expect(await scored()).toBe(USERS);
      expect(calls('Endpoint')).toBe(0);
    },
    60_000,
  );
});
