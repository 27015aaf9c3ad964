import { readFileSync } from 'node:fs';
import type { State } from '../../lib/nightly/states.ts';
import { ofType, plainId, readable, type StageTemplates, synthesize } from '../support/infra.ts';

const stages = synthesize();
const { version } = JSON.parse(
  readFileSync(new URL('../../model/bundles/tiny/manifest.json', import.meta.url), 'utf8'),
) as { version: string };

/** What the run makes of the endpoint, its models and configurations. */
function statesOf(stage: StageTemplates): Record<string, State> {
  const [machine] = ofType(stage.stacks.nightly, 'AWS::StepFunctions::StateMachine');
  return JSON.parse(readable(machine!.Properties.DefinitionString, stage)).States;
}

describe.each(stages)('the model of stage $name', (stage) => {
  const { model } = stage.stacks;
  const states = statesOf(stage);
  const hasEndpoint = stage.config.scorer !== 'lambda';

  test('no template says which version is live, but for the first time', () => {
    const naming = Object.values(stage.stacks).flatMap(({ Resources }) =>
      Object.entries(Resources).flatMap(([id, resource]) =>
        JSON.stringify(resource).includes(version) ? [`${resource.Type} ${plainId(id)}`] : [],
      ),
    );
    // What uploads the shipped bundle, and what makes it live where none is.
    expect(naming).toEqual([
      'AWS::IAM::Role BundleRole',
      expect.stringMatching(/^Custom::CDKBucketDeployment /),
      'Custom::FirstModel FirstModel',
    ]);
    const sageMaker = Object.values(stage.stacks).flatMap(({ Resources }) =>
      Object.values(Resources).filter(({ Type }) => Type.startsWith('AWS::SageMaker')),
    );
    expect(sageMaker).toEqual([]);
  });

  test('the first deployment makes the shipped bundle live where nothing is, and no later one writes what is live', () => {
    const [first] = ofType(model, 'Custom::FirstModel');
    const { Create, Update, Delete } = first!.Properties;
    expect([Update, Delete]).toEqual([undefined, undefined]);
    expect(JSON.parse(readable(Create, stage))).toMatchObject({
      action: 'putItem',
      parameters: {
        TableName: '<Settings>',
        Item: { kind: { S: 'model' }, name: { S: 'live' }, value: { S: JSON.stringify({ version, change: null }) } },
        ConditionExpression: 'attribute_not_exists(kind)',
      },
      ignoreErrorCodesMatching: 'ConditionalCheckFailedException',
    });
    const [upload] = ofType(model, 'Custom::CDKBucketDeployment');
    expect(first!.DependsOn).toContain(upload!.id);
  });

  test('the bundle is uploaded to its own folder, and nothing is removed', () => {
    const [upload] = ofType(model, 'Custom::CDKBucketDeployment');
    expect(upload!.Properties).toMatchObject({
      DestinationBucketKeyPrefix: `models/${version}`,
      Prune: false,
      RetainOnDelete: true,
    });
    expect(readable(upload!.Properties.DestinationBucketName, stage)).toBe('<Objects>');
  });

  if (hasEndpoint)
    test('Triton serves the bundle of the run’s model as it lies in the bucket, without a way out', () => {
      const { PrimaryContainer, EnableNetworkIsolation, ExecutionRoleArn } = states['Make the model']!.Parameters as {
        PrimaryContainer: { Image: string; Environment: object; ModelDataSource: object };
        EnableNetworkIsolation: boolean;
        ExecutionRoleArn: string;
      };
      expect([EnableNetworkIsolation, ExecutionRoleArn]).toEqual([true, '<ModelRole.Arn>']);
      expect(PrimaryContainer.Image).toBe(
        `763104351884.dkr.ecr.${stage.config.region}.<AWS::URLSuffix>/sagemaker-tritonserver:25.04-py3`,
      );
      expect(PrimaryContainer.ModelDataSource).toEqual({
        S3DataSource: {
          'S3Uri.$': "States.Format('s3://<Objects>/models/{}/repository/', $.plan.modelVersion)",
          S3DataType: 'S3Prefix',
          CompressionType: 'None',
        },
      });
      expect(PrimaryContainer.Environment).toEqual({
        SAGEMAKER_TRITON_DEFAULT_MODEL_NAME: 'buy_timing',
        SAGEMAKER_TRITON_LOG_VERBOSE: 'false',
      });
    });

  if (hasEndpoint)
    test('the endpoint has one GPU instance with a driver for the CUDA of the image', () => {
      expect(states['Make the configuration']!.Parameters).toMatchObject({
        ProductionVariants: [
          {
            VariantName: 'all',
            InstanceType: stage.config.instanceType,
            InitialInstanceCount: 1,
            InferenceAmiVersion: 'al2-ami-sagemaker-inference-gpu-3-1',
          },
        ],
      });
    });

  test('the run makes nothing of SageMaker where the scorer is a Lambda', () => {
    expect(JSON.stringify(states).includes('sagemaker')).toBe(hasEndpoint);
  });

  test('the model runs in a Lambda of its own, too', () => {
    const scorers = ofType(model, 'AWS::Lambda::Function').filter(({ id }) => id.startsWith('scorer'));
    expect(scorers).toHaveLength(1);
    for (const { Properties } of scorers)
      expect(Properties).toMatchObject({ Architectures: ['arm64'], MemorySize: 2_048, Timeout: 60 });
  });
});

test('models and configurations are called anew when what they are made of changes', () => {
  const names = stages.flatMap((stage) => {
    const begin = statesOf(stage)['Begin to look'];
    return begin ? [(begin.Parameters as Record<string, string>)['name.$']] : [];
  });
  expect(names).toContainEqual(
    expect.stringMatching(/^States.Format\('buy-timing-dev-\{\}-\w{6}', \$.plan.modelVersion\)$/),
  );
  const tails = names.map((name) => /-(\w{6})'/.exec(name!)![1]);
  // dev and prod are of one instance type, the third of another.
  expect(new Set(tails).size).toBe(2);
});

describe('the endpoint that is always there', () => {
  const stage = stages.find(({ config }) => config.scorer === 'always')!;
  const states = statesOf(stage);
  const alarms = ofType(stage.stacks.model, 'AWS::CloudWatch::Alarm');

  test('it changes blue/green, and goes back when an alarm rings', () => {
    expect(states['Update the endpoint']!.Parameters).toMatchObject({
      EndpointName: `buy-timing-${stage.name}`,
      DeploymentConfig: {
        BlueGreenUpdatePolicy: {
          TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE' },
          TerminationWaitInSeconds: 300,
        },
        AutoRollbackConfiguration: { Alarms: alarms.map(({ id }) => ({ AlarmName: `<${plainId(id)}>` })) },
      },
    });
  });

  test('its alarms watch its own memory, errors and latency', () => {
    const watched = ['GPUMemoryUtilization', 'Invocation5XXErrors', 'ModelLatency'];
    expect(alarms.map(({ Properties }) => Properties.MetricName)).toEqual(watched);
    for (const { Properties } of alarms)
      expect(Properties.Dimensions).toContainEqual({ Name: 'EndpointName', Value: `buy-timing-${stage.name}` });
  });
});
