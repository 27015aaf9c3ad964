import type { Definition, State } from '../../lib/nightly/states.ts';
import { ofType, readable, synthesize } from '../support/infra.ts';

const stages = synthesize();

describe.each(stages)('what is live in stage $name', (stage) => {
  const { training } = stage.stacks;
  const schedules = ofType(training, 'AWS::Scheduler::Schedule');

  test('is looked at every day when the night is over', () => {
    const [watch] = schedules;
    expect(watch!.Properties).toMatchObject({
      ScheduleExpression: 'cron(0 9 ? * * *)',
      ScheduleExpressionTimezone: stage.config.timeZone,
    });
    expect(JSON.parse(readable(watch!.Properties.Target.Input, stage))).toMatchObject({ Payload: '{"do":"watch"}' });
  });

  test('is trained anew only where the stage says so', () => {
    const trains = stage.config.training !== undefined;
    expect(ofType(training, 'AWS::StepFunctions::StateMachine')).toHaveLength(trains ? 1 : 0);
    expect(schedules).toHaveLength(trains ? 2 : 1);
  });
});

describe('the weekly training', () => {
  const stage = stages.find(({ config }) => config.training !== undefined)!;
  const { training } = stage.stacks;
  const [machine] = ofType(training, 'AWS::StepFunctions::StateMachine');
  const definition: Definition = JSON.parse(readable(machine!.Properties.DefinitionString, stage));
  const job = definition.States['Start the job']!.Parameters as Record<string, Record<string, unknown>>;

  test('starts on the weekday and in the zone of the stage', () => {
    const [, weekly] = ofType(training, 'AWS::Scheduler::Schedule');
    expect(weekly!.Properties).toMatchObject({
      ScheduleExpression: 'cron(0 10 ? * TUE *)',
      ScheduleExpressionTimezone: stage.config.timeZone,
      Target: { Arn: { Ref: machine!.id } },
    });
  });

  test('trains on one spot instance, for so long at most, under the key of what is known of users', () => {
    expect(job).toMatchObject({
      EnableManagedSpotTraining: true,
      ResourceConfig: { InstanceType: 'ml.g4dn.xlarge', InstanceCount: 1 },
      StoppingCondition: { MaxRuntimeInSeconds: 14_400, MaxWaitTimeInSeconds: 28_800 },
      OutputDataConfig: { KmsKeyId: '<KeysUsers.Arn>', CompressionType: 'NONE' },
      EnableInterContainerTrafficEncryption: true,
      Environment: { SM_HPS: '{"size":"base"}', SM_CHANNEL_INIT: '/opt/ml/input/data/init' },
    });
    expect(job.AlgorithmSpecification!.TrainingImage).toMatch(
      /^763104351884\.dkr\.ecr\.us-east-1\.<AWS::URLSuffix>\/pytorch-training:/,
    );
  });

  test('has every state that it names, catches what its tasks throw, and changes nothing live but through the gate', () => {
    const { States } = definition;
    const next = (state: State) => [
      ...[state.Next, state.Default],
      ...((state.Choices ?? []) as State[]).map(({ Next }) => Next),
      ...((state.Catch ?? []) as State[]).map(({ Next }) => Next),
    ];
    const named = new Set([definition.StartAt, ...Object.values(States).flatMap(next).filter(Boolean)]);
    expect([...named].sort()).toEqual(Object.keys(States).sort());
    for (const { Type, Catch } of Object.values(States))
      if (Type === 'Task') expect(Catch).toMatchObject([{ ErrorEquals: ['States.ALL'] }]);
    const { Parameters } = States['Judge and promote'] as unknown as { Parameters: { Payload: object } };
    expect(Object.keys(Parameters.Payload).sort()).toEqual(['by', 'do', 'trained.$', 'why.$']);
  });
});
