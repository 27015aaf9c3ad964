import { NIGHTLY_CONCURRENCY, NIGHTLY_STEPS } from '../../functions/nightly/steps.ts';
import { nightlyDefinition } from '../../lib/nightly/definition.ts';
import type { EndpointParts } from '../../lib/nightly/endpoint.ts';
import type { Definition, State } from '../../lib/nightly/states.ts';
import { ofType, readable, type StageTemplates, synthesize } from '../support/infra.ts';

const parts = {
  partition: 'aws',
  functions: {
    plan: 'arn:plan',
    'look-back': 'arn:look-back',
    'score-shard': 'arn:score-shard',
    finish: 'arn:finish',
  },
  timeoutSeconds: 3_600,
};
const endpoint = {
  name: 'buy-timing',
  stays: false,
  tail: 'abc',
  models: 's3://objects/models',
  model: { PrimaryContainer: {} },
  variant: {},
  deployment: {},
  settings: 'Settings',
};
const ofTheNight = nightlyDefinition({ ...parts, endpoint });
const always = nightlyDefinition({ ...parts, endpoint: { ...endpoint, stays: true } });
const without = nightlyDefinition(parts);

/** The states that may follow a state, those after a failure included. */
function nextOf(state: State): string[] {
  const choices = (state.Choices ?? []) as { Next: string }[];
  const catches = (state.Catch ?? []) as { Next: string }[];
  const next = [state.Next, state.Default, ...choices.map(({ Next }) => Next), ...catches.map(({ Next }) => Next)];
  return next.filter((name): name is string => typeof name === 'string');
}

/** The states that can be reached from one without going through another. */
function reachable({ States }: Definition, from: string, without?: string): Set<string> {
  const seen = new Set<string>();
  const open = nextOf(States[from]!);
  for (let name = open.pop(); name; name = open.pop()) {
    if (name === without || seen.has(name)) continue;
    seen.add(name);
    open.push(...nextOf(States[name]!));
  }
  return seen;
}

describe.each([
  ['with an endpoint of its own', ofTheNight],
  ['with an endpoint that is always there', always],
  ['without an endpoint', without],
])('the nightly run %s', (_which, definition) => {
  const tasks = Object.entries(definition.States).filter(([, { Type }]) => Type === 'Task' || Type === 'Map');

  test('every state it names exists, and every state is reached', () => {
    const reached = reachable(definition, definition.StartAt);
    expect([...reached, definition.StartAt].sort()).toEqual(Object.keys(definition.States).sort());
  });

  test('it plans, scores each shard of the plan in an execution of its own, and finishes', () => {
    const { Plan, Finish, 'Score the shards': score } = definition.States;
    expect(Plan).toMatchObject({ Parameters: { FunctionName: 'arn:plan', 'Payload.$': '$' } });
    expect(score).toMatchObject({
      Type: 'Map',
      ItemsPath: '$.plan.shards',
      ItemSelector: { 'day.$': '$.plan.day', 'shard.$': '$$.Map.Item.Value' },
      MaxConcurrency: NIGHTLY_CONCURRENCY,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        States: { 'Score a shard': { Parameters: { FunctionName: 'arn:score-shard', 'Payload.$': '$' } } },
      },
    });
    expect(Finish).toMatchObject({ Parameters: { FunctionName: 'arn:finish', Payload: { 'day.$': '$.plan.day' } } });
  });

  test('a shard that fails stops no other, and the run fails in the end', () => {
    expect(definition.States['Score the shards']).toMatchObject({ ToleratedFailurePercentage: 100, Next: 'Finish' });
    expect(definition.States['Did all go well?']!.Choices).toContainEqual({
      Variable: '$.finish.failedShards[0]',
      IsPresent: true,
      Next: 'Some shards failed',
    });
    expect(definition.States['Some shards failed']!.Type).toBe('Fail');
  });

  test('shards are scored also when nothing could be learned from past days', () => {
    expect(definition.States['Look back']).toMatchObject({ Next: 'Score the shards', ResultPath: null });
    expect(definition.States['Look back']!.Catch).toMatchObject([{ Next: 'Score the shards', ResultPath: null }]);
  });

  test('every step is tried as often as declared, at random moments, within its time', () => {
    const shard = (
      definition.States['Score the shards'] as unknown as { ItemProcessor: { States: Record<string, State> } }
    ).ItemProcessor.States['Score a shard']!;
    const { States } = definition;
    const steps = {
      plan: States.Plan!,
      'look-back': States['Look back']!,
      'score-shard': shard,
      finish: States.Finish!,
    };
    for (const { name, attempts, timeoutSeconds } of NIGHTLY_STEPS) {
      const [retry] = steps[name].Retry as Record<string, unknown>[];
      expect(retry).toMatchObject({ ErrorEquals: ['States.ALL'], MaxAttempts: attempts - 1, JitterStrategy: 'FULL' });
      // A little more than the function, so that its own time-out is what is reported.
      expect(steps[name].TimeoutSeconds).toBeGreaterThan(timeoutSeconds);
    }
  });

  test('no task fails without being caught', () => {
    for (const [, task] of tasks) expect(task.Catch).toMatchObject([{ ErrorEquals: ['States.ALL'] }]);
  });

  test('what was caught fails the run, so that its alarm rings', () => {
    expect(definition.States['Did all go well?']!.Choices).toContainEqual({
      Variable: '$.problem',
      IsPresent: true,
      Next: 'The run failed',
    });
  });
});

describe('the endpoint of the night', () => {
  test('once it may be there, no way leads to an end but through its deletion', () => {
    const ends = Object.entries(ofTheNight.States)
      .filter(([, { Type }]) => Type === 'Succeed' || Type === 'Fail')
      .map(([name]) => name);
    const reached = reachable(ofTheNight, 'Create the endpoint', 'Delete the endpoint');
    expect(ends.filter((end) => reached.has(end))).toEqual([]);
    expect(reached.has('Score the shards')).toBe(true);
  });

  test('shards are scored only when it is in service', () => {
    const into = (name: string) =>
      Object.entries(ofTheNight.States).flatMap(([from, state]) => (nextOf(state).includes(name) ? [from] : []));
    expect([into('Score the shards'), into('Look back')]).toEqual([['Look back'], ['Is it ready?']]);
    expect(ofTheNight.States['Is it ready?']!.Choices).toContainEqual({
      And: [
        { Variable: '$.endpoint.status', StringEquals: 'InService' },
        { Variable: '$.endpoint.config', StringEqualsPath: '$.waited.name' },
      ],
      Next: 'Look back',
    });
  });

  test('a day without anyone to score makes none', () => {
    expect(ofTheNight.States['Is there anyone to score?']).toMatchObject({ Default: 'Finish' });
    expect(reachable(ofTheNight, 'Finish').has('Create the endpoint')).toBe(false);
  });

  test('an endpoint that could not be deleted fails the run', () => {
    expect(ofTheNight.States['Was there anything to delete?']).toMatchObject({
      Default: 'The endpoint was not deleted',
    });
  });

  test('a run without an endpoint makes and deletes none', () => {
    expect(JSON.stringify(without)).not.toMatch(/sagemaker/i);
  });

  test('one that is always there is deleted only when it failed for good', () => {
    const into = Object.entries(always.States).flatMap(([from, state]) =>
      nextOf(state).includes('Delete the endpoint') ? [from] : [],
    );
    expect(into).toEqual(['The endpoint failed']);
  });

  test('before it changes, nobody is sent to it any more, and then only when it has the model of the run', () => {
    for (const change of ['Create the endpoint', 'Update the endpoint']) {
      const into = Object.entries(always.States).flatMap(([from, state]) =>
        nextOf(state).includes(change) ? [from] : [],
      );
      expect(into).toEqual([`Tell that it changes, then ${change}`]);
      expect(reachable(always, change, 'Tell whose model it has').has('Score the shards')).toBe(false);
    }
  });
});

/** The parts that a definition has, which model.test.ts looks at. */
function endpointOf({ States }: Definition, { config, name }: StageTemplates): EndpointParts | undefined {
  if (config.scorer === 'lambda') return undefined;
  const { Parameters: model } = States['Make the model'] as unknown as { Parameters: Record<string, object | string> };
  const { 'ModelName.$': _, PrimaryContainer, ...rest } = model;
  const { ModelDataSource: __, ...container } = PrimaryContainer as Record<string, object>;
  const variants = (States['Make the configuration']!.Parameters as { ProductionVariants: Record<string, unknown>[] })
    .ProductionVariants;
  const { 'ModelName.$': ___, ...variant } = variants[0]!;
  return {
    name: `buy-timing-${name}`,
    stays: config.scorer === 'always',
    tail: /-(\w{6})'/.exec((States['Begin to look']!.Parameters as Record<string, string>)['name.$']!)![1]!,
    models: 's3://<Objects>/models',
    model: { ...rest, PrimaryContainer: container },
    variant,
    deployment: (States['Update the endpoint']!.Parameters as Record<string, Record<string, unknown>>)
      .DeploymentConfig!,
    settings: '<Settings>',
  };
}

describe.each(synthesize())('the nightly run of stage $name', (stage) => {
  const { nightly } = stage.stacks;
  const [machine] = ofType(nightly, 'AWS::StepFunctions::StateMachine');
  const definition: Definition = JSON.parse(readable(machine!.Properties.DefinitionString, stage));
  const nightlyEndpoint = stage.config.scorer === 'nightly';

  test('the state machine is that definition, with the real functions', () => {
    const expected = nightlyDefinition({
      partition: 'aws',
      functions: {
        plan: '<planFunction.Arn>',
        'look-back': '<lookbackFunction.Arn>',
        'score-shard': '<scoreshardFunction.Arn>',
        finish: '<finishFunction.Arn>',
      },
      endpoint: endpointOf(definition, stage),
      timeoutSeconds: 3.5 * 3_600,
    });
    expect(definition).toEqual(expected);
  });

  test('it is logged without its data, and traced', () => {
    expect(machine!.Properties).toMatchObject({
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
      TracingConfiguration: { Enabled: true },
    });
  });

  test('it starts at 04:00 of the shop, at that minute', () => {
    const [schedule] = ofType(nightly, 'AWS::Scheduler::Schedule');
    expect(schedule!.Properties).toMatchObject({
      ScheduleExpression: 'cron(0 4 * * ? *)',
      ScheduleExpressionTimezone: stage.config.timeZone,
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      Target: { Arn: { Ref: machine!.id }, Input: '{}' },
    });
  });

  test('four hours later, when no run can be on, an endpoint that was left is deleted', () => {
    const [, sweep] = ofType(nightly, 'AWS::Scheduler::Schedule');
    if (!nightlyEndpoint) {
      expect(sweep).toBeUndefined();
      return;
    }
    expect(definition.TimeoutSeconds).toBeLessThan(4 * 3_600);
    expect(sweep!.Properties).toMatchObject({
      ScheduleExpression: 'cron(0 8 * * ? *)',
      ScheduleExpressionTimezone: stage.config.timeZone,
      Target: {
        Input: JSON.stringify({ EndpointName: `buy-timing-${stage.name}` }),
        RetryPolicy: { MaximumRetryAttempts: 0 },
      },
    });
    expect(readable(sweep!.Properties.Target.Arn, stage)).toBe(
      'arn:<AWS::Partition>:scheduler:::aws-sdk:sagemaker:deleteEndpoint',
    );
  });

  test('an alarm rings when the endpoint outlives run and sweep', () => {
    const [left] = ofType(nightly, 'AWS::CloudWatch::Alarm').filter(
      ({ Properties }) => Properties.Namespace === '/aws/sagemaker/Endpoints',
    );
    if (!nightlyEndpoint) {
      expect(left).toBeUndefined();
      return;
    }
    expect(left!.Properties).toMatchObject({
      MetricName: 'CPUUtilization',
      Statistic: 'SampleCount',
      Dimensions: [
        { Name: 'EndpointName', Value: `buy-timing-${stage.name}` },
        { Name: 'VariantName', Value: 'all' },
      ],
      Period: 3_600,
      // A run of 3.5 hours from 04:00 and the sweep at 08:00 touch five hours.
      EvaluationPeriods: 6,
      TreatMissingData: 'notBreaching',
    });
  });

  test('an alarm rings when a run fails, takes too long or is stopped, and when none succeeds', () => {
    const alarmOf = (name: string) =>
      ofType(nightly, 'AWS::CloudWatch::Alarm').find(({ Properties }) => Properties.AlarmName.endsWith(name))!
        .Properties;
    const [sum, ...ends] = alarmOf('the-nightly-run-failed').Metrics;
    const metrics = ends.map(
      ({ MetricStat }: { MetricStat: { Metric: Record<string, unknown> } }) => MetricStat.Metric,
    );
    expect(sum.Expression).toBe('FILL(failed, 0) + FILL(late, 0) + FILL(stopped, 0)');
    expect(metrics.map(({ MetricName }: { MetricName: string }) => MetricName)).toEqual([
      'ExecutionsFailed',
      'ExecutionsTimedOut',
      'ExecutionsAborted',
    ]);
    const none = alarmOf('no-nightly-run-has-succeeded');
    expect(none).toMatchObject({ MetricName: 'ExecutionsSucceeded', TreatMissingData: 'breaching' });
    for (const { Namespace, Dimensions } of [...metrics, none]) {
      expect(Namespace).toBe('AWS/States');
      expect(Dimensions[0].Value).toEqual({ Ref: machine!.id });
    }
  });
});
