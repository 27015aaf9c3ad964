/** The weekly training as it is synthesised, in moto's interpreter, over the real functions; only SageMaker's job is ours. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { storeBundle } from '../../../adapters/bundles.ts';
import { addDays } from '../../../core/time.ts';
import { createHandler as createPromotion } from '../../../functions/promotion/handler.ts';
import { createHandler as createExport } from '../../../functions/training-export/handler.ts';
import type { Definition } from '../../../lib/nightly/states.ts';
import { ofType, readable, synthesize } from '../../support/infra.ts';
import { type Interpreter, startInterpreter } from '../../support/interpreter.ts';
import { type LocalCloud, startLocalCloud, type TrainingJob } from '../../support/local-cloud.ts';
import { findTool, INTERPRETER } from '../../support/python-tool.ts';
import { BUNDLE, openShop, type TestShop } from '../../support/shop.ts';
import { variantBundle } from '../../support/variant.ts';
import { actForWeeks, leaveBundle } from '../../support/weekly-training.ts';

const python = await findTool(INTERPRETER);
const TODAY = '2026-06-29';
const USERS = 60;

(python ? describe : describe.skip)('the state machine of the weekly training', () => {
  const stage = synthesize().find(({ config }) => config.training !== undefined)!;
  const [machine] = ofType(stage.stacks.training, 'AWS::StepFunctions::StateMachine');
  const definition: Definition = JSON.parse(readable(machine!.Properties.DefinitionString, stage));
  let shop: TestShop;
  let cloud: LocalCloud;
  let interpreter: Interpreter;
  let ids = 0;

  beforeAll(async () => {
    shop = await openShop('UTC');
    shop.now = Date.parse(`${TODAY}T10:00:00Z`);
    const deps = { ...shop.deps, newId: () => `id${String(ids++).padStart(8, '0')}` };
    cloud = await startLocalCloud({
      '<trainingexportFunction.Arn>': createExport(deps),
      '<promotionFunction.Arn>': createPromotion({
        ...deps,
        load: async ({ manifest }) => ({ score: (input) => deps.scorer.score(input, manifest.version) }),
        progress: () => {},
      }),
    });
    interpreter = startInterpreter(python!, cloud.port);
    await storeBundle(BUNDLE, deps.objects);
  }, 120_000);
  afterAll(async () => {
    await interpreter.stop();
    await cloud.stop();
    await shop.stop();
  });
  beforeEach(async () => {
    await shop.deps.settings.remove('model', 'live');
    cloud.calls.length = 0;
    cloud.jobs.clear();
  });

  const leaving = (version: string, shift: number) => async (job: TrainingJob) =>
    leaveBundle(shop, job, version, shift);
  const run = () => interpreter.run(definition, {});
  const live = () => shop.deps.settings.get<{ version: string; change: string }>('model', 'live');

  test('ends well, and says why, where there is too little to learn from', async () => {
    const { status, states } = await run();
    expect([status, states.at(-1)]).toEqual(['SUCCEEDED', 'Too little to learn from']);
    expect([cloud.jobs.size, await live()]).toEqual([0, undefined]);
  }, 60_000);

  describe('of a shop with a past', () => {
    beforeAll(async () => {
      await actForWeeks(shop, TODAY, USERS);
    }, 120_000);

    test('exports what came before the weeks of the gate, trains from the live model, and promotes what passes', async () => {
      await storeBundle(variantBundle(join(shop.objectFolder, '../far'), 'far-1', 0.6), shop.deps.objects);
      await shop.deps.settings.put('model', 'live', { version: 'far-1', change: null });
      // What was live a moment ago is forgotten.
      await new Promise((resolve) => setTimeout(resolve, 5_100));
      cloud.train = leaving('weekly-1', -0.15);
      const { status, cause, states, waited } = await run();
      expect([status, cause, states.at(-1)]).toEqual(['SUCCEEDED', null, 'Promoted']);
      expect(waited.filter((seconds) => seconds === 60)).toHaveLength(2);
      const { asked } = [...cloud.jobs.values()][0]!;
      const [training, init, code] = asked.InputDataConfig.map(({ DataSource }) => DataSource.S3DataSource.S3Uri);
      expect(init).toBe('s3://<Objects>/models/far-1/');
      expect(code).toBe('s3://<Objects>/training-code/');
      const data = join(shop.objectFolder, training!.replace('s3://<Objects>/', ''));
      expect(readdirSync(data)).toContain('meta.json');
      const meta = JSON.parse(readFileSync(join(data, 'meta.json'), 'utf8'));
      expect([meta.until, meta.users]).toEqual([addDays(TODAY, -35), USERS]);
      expect(asked).toMatchObject({
        EnableManagedSpotTraining: true,
        CheckpointConfig: { S3Uri: expect.stringMatching(/^s3:\/\/<Objects>\/training\/.*\/checkpoints$/) },
        StoppingCondition: { MaxRuntimeInSeconds: 4 * 3_600, MaxWaitTimeInSeconds: 8 * 3_600 },
      });
      expect((await live())!.version).toBe('weekly-1');
      const change = await shop.deps.settings.get('model-change', (await live())!.change);
      expect(change).toMatchObject({
        by: 'training',
        from: 'far-1',
        forced: false,
        why: `trained on 60 users up to ${meta.until}`,
      });
    }, 120_000);

    test('ends well and changes nothing where the gate refuses', async () => {
      cloud.train = leaving('weekly-2', 2);
      const { status, states } = await run();
      expect([status, states.at(-1), await live()]).toEqual(['SUCCEEDED', 'Refused', undefined]);
    }, 120_000);

    test('fails with the reason of the job', async () => {
      cloud.train = async () => ({ reason: 'the loss is no number' });
      const { status, error, cause } = await run();
      expect([status, error]).toEqual(['FAILED', 'JobFailed']);
      expect(cause).toContain('the loss is no number');
      expect(await live()).toBeUndefined();
    }, 60_000);

    test('fails when what the job left is no bundle', async () => {
      cloud.train = async (job) => ({ artifacts: `${job.OutputDataConfig.S3OutputPath}/nothing/` });
      const { status, states } = await run();
      expect([status, states.at(-1)]).toEqual(['SUCCEEDED', 'Refused']);
      expect(await live()).toBeUndefined();
    }, 60_000);

    test('fails when no job can be started, after three tries', async () => {
      cloud.behaviour.refuses = ['CreateTrainingJob'];
      const { status, error } = await run();
      cloud.behaviour.refuses = [];
      expect([status, error]).toEqual(['FAILED', 'TrainingFailed']);
      expect(cloud.calls.filter((call) => call === 'CreateTrainingJob')).toHaveLength(3);
    }, 60_000);
  });
});
