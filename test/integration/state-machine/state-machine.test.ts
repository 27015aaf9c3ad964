/** The state machine as it is synthesised, in moto's interpreter, over the real steps: real store, files and model. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { storeBundle } from '../../../adapters/bundles.ts';
import { ScorerUnavailable } from '../../../core/model/contract.ts';
import { addDays, type Day } from '../../../core/time.ts';
import { historyEvents, statesEntered } from '../../../lib/cost/night.ts';
import type { Definition } from '../../../lib/nightly/states.ts';
import { ofType, readable, synthesize } from '../../support/infra.ts';
import { type Interpreter, startInterpreter } from '../../support/interpreter.ts';
import { type LocalCloud, startLocalCloud } from '../../support/local-cloud.ts';
import { findTool, INTERPRETER } from '../../support/python-tool.ts';
import { openShop, type TestShop } from '../../support/shop.ts';
import { variantBundle } from '../../support/variant.ts';

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
  const endpoints = () => [...cloud.endpoints.values()].map(({ status }) => status);
  /** Files of the model of the endpoint that is in service. */
  const servedFrom = () =>
    [...cloud.endpoints.values()].map(({ status, config }) =>
      status === 'InService' ? cloud.models.get(cloud.configs.get(config)!) : undefined,
    )[0];

  beforeAll(async () => {
    // The model's server is always there; on AWS it is when its endpoint is in service.
    shop = await openShop('UTC', ({ scorer }) => ({
      scorer: {
        score: async (input, version) => {
          if (endpointNeeded && servedFrom() !== `s3://<Objects>/models/${version}/repository/`)
            throw new ScorerUnavailable(new Error('no endpoint with that model'));
          return scorer.score(input, version);
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
    const functions = {
      '<planFunction.Arn>': failing('plan', shop.handlers.plan),
      '<lookbackFunction.Arn>': failing('look-back', shop.handlers['look-back']),
      '<scoreshardFunction.Arn>': failing('score-shard', shop.handlers['score-shard']),
      '<finishFunction.Arn>': failing('finish', shop.handlers.finish),
    };
    cloud = await startLocalCloud(functions, shop.storeUrl);
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
    for (const there of [cloud.endpoints, cloud.models, cloud.configs]) there.clear();
    cloud.behaviour = { becomes: 'InService', looks: 2, refuses: [] };
    endpointNeeded = true;
  });

  const run = (scorer = 'nightly') => interpreter.run(definitionOf(scorer), { day });
  const calls = (name: string) =>
    cloud.calls.filter((call) => call.includes(name) && call !== 'CreateEndpointConfig').length;
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

  /** A night whose endpoint stays. */
  const leaveEndpoint = async () => {
    cloud.behaviour.refuses = ['DeleteEndpoint'];
    await run();
    cloud.behaviour.refuses = [];
    cloud.calls.length = 0;
    day = addDays(day, 1);
  };
  const made = () => cloud.calls.filter((call) => /^(Create|Update)Endpoint$/.test(call));
  let promoted = 0;
  const promoteAnother = async () => {
    const folder = mkdtempSync(join(tmpdir(), 'another-'));
    const version = `another-${++promoted}`;
    await storeBundle(variantBundle(folder, version, promoted / 10), shop.deps.objects);
    rmSync(folder, { recursive: true });
    await shop.deps.settings.put('model', 'live', { version, change: null });
    // As another process, which does not remember what was live a moment ago.
    await new Promise((resolve) => setTimeout(resolve, 5_100));
    return version;
  };
  /** Models that the users' forecasts are of. */
  const versions = async () => {
    const users = Array.from({ length: USERS }, (_, user) => shop.deps.pseudonyms.pseudonym(`user-${user}`));
    return new Set((await shop.deps.users.getMany(users)).map(({ forecast }) => forecast?.modelVersion));
  };

  test('uses the endpoint that an earlier try left', async () => {
    await leaveEndpoint();
    expect((await run()).status).toBe('SUCCEEDED');
    expect([made(), endpoints()]).toEqual([[], []]);
  }, 60_000);

  test('scores everyone with the model that was promoted, also where an endpoint with the one before was left', async () => {
    await leaveEndpoint();
    const version = await promoteAnother();
    const asked = shop.asked.reduce((sum, { batch }) => sum + batch, 0);
    expect((await run()).status).toBe('SUCCEEDED');
    expect([made(), endpoints()]).toEqual([['UpdateEndpoint'], []]);
    expect([await versions(), await scored()]).toEqual([new Set([version]), USERS]);
    expect(shop.asked.reduce((sum, { batch }) => sum + batch, 0) - asked).toBe(USERS);
  }, 60_000);

  test('goes on with its own model when another is promoted while it runs', async () => {
    const shard = await someShard();
    failures.set(`score-shard ${shard}`, 3);
    expect((await run()).status).toBe('FAILED');
    const [before] = await versions();
    await promoteAnother();
    expect(await shop.handlers['score-shard']({ day, shard }).catch((error: Error) => error.message)).toMatch(/model/);
    cloud.endpoints.set('buy-timing-dev', { status: 'InService', config: [...cloud.configs.keys()][0]! });
    await shop.handlers['score-shard']({ day, shard });
    expect(await versions()).toEqual(new Set([before]));
  }, 60_000);

  describe('where the endpoint is always there', () => {
    const night = () => run('always');
    const served = () => shop.deps.settings.get('model', 'endpoint');

    test('it is made on the first night, stays as it is, and is updated for another model', async () => {
      expect((await night()).status).toBe('SUCCEEDED');
      const [first] = await versions();
      expect([made(), endpoints(), await served()]).toEqual([['CreateEndpoint'], ['InService'], first]);
      day = addDays(day, 1);
      expect((await night()).status).toBe('SUCCEEDED');
      expect([made(), await served()]).toEqual([['CreateEndpoint'], first]);
      day = addDays(day, 1);
      const version = await promoteAnother();
      expect((await night()).status).toBe('SUCCEEDED');
      expect([made(), await served()]).toEqual([['CreateEndpoint', 'UpdateEndpoint'], version]);
      expect([await versions(), endpoints()]).toEqual([new Set([version]), ['InService']]);
      const changes = cloud.calls.filter((call) => /Endpoint$|Item$/.test(call) && call !== 'DescribeEndpoint');
      expect(changes.slice(-3)).toEqual(['DeleteItem', 'UpdateEndpoint', 'PutItem']);
    }, 60_000);

    test('an update that SageMaker takes back fails the run, and nobody is sent to the endpoint', async () => {
      await night();
      day = addDays(day, 1);
      await promoteAnother();
      cloud.behaviour.rollsBack = true;
      const { status, cause } = await night();
      expect([status, cause]).toEqual([
        'FAILED',
        expect.stringMatching(/the update to .*another-\d.* was rolled back/),
      ]);
      expect([endpoints(), await served(), await scored()]).toEqual([['InService'], undefined, 0]);
      expect(made()).toEqual(['CreateEndpoint', 'UpdateEndpoint']);
    }, 60_000);

    test('one that failed for good is deleted, so that the next night makes another', async () => {
      cloud.behaviour.becomes = 'Failed';
      expect((await night()).cause).toContain('the endpoint is Failed');
      expect([endpoints(), await served()]).toEqual([[], undefined]);
      cloud.behaviour.becomes = 'InService';
      expect((await night()).status).toBe('SUCCEEDED');
    }, 60_000);

    test('one that takes its time is left, and found the next time', async () => {
      cloud.behaviour.looks = Number.POSITIVE_INFINITY;
      expect((await night()).cause).toMatch(/the endpoint is Creating after 60 looks/);
      cloud.behaviour.looks = 1;
      expect((await night()).status).toBe('SUCCEEDED');
      expect(made()).toEqual(['CreateEndpoint']);
    }, 60_000);
  });

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

  test('makes and deletes none where the scorer is a Lambda', async () => {
    endpointNeeded = false;
    expect((await run('lambda')).status).toBe('SUCCEEDED');
    expect(await scored()).toBe(USERS);
    expect(calls('Endpoint')).toBe(0);
  }, 60_000);
});
