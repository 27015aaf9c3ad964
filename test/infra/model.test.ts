import { readFileSync } from 'node:fs';
import { ofType, readable, synthesize } from '../support/infra.ts';

const stages = synthesize();
const { version } = JSON.parse(
  readFileSync(new URL('../../model/bundles/tiny/manifest.json', import.meta.url), 'utf8'),
) as { version: string };

describe.each(stages)('the model of stage $name', (stage) => {
  const { model } = stage.stacks;

  const hasEndpoint = stage.config.scorer !== 'lambda';

  if (hasEndpoint)
    test('Triton serves the shipped bundle as it lies in the bucket, without a way out', () => {
      const [made] = ofType(model, 'AWS::SageMaker::Model');
      const { PrimaryContainer, EnableNetworkIsolation } = made!.Properties;
      expect(EnableNetworkIsolation).toBe(true);
      expect(readable(PrimaryContainer.Image, stage)).toBe(
        `763104351884.dkr.ecr.${stage.config.region}.<AWS::URLSuffix>/sagemaker-tritonserver:25.04-py3`,
      );
      const { S3Uri, ...source } = PrimaryContainer.ModelDataSource.S3DataSource;
      expect(readable(S3Uri, stage)).toBe(`s3://<Objects>/models/${version}/repository/`);
      expect(source).toEqual({ S3DataType: 'S3Prefix', CompressionType: 'None' });
      expect(PrimaryContainer.Environment).toEqual({
        SAGEMAKER_TRITON_DEFAULT_MODEL_NAME: 'buy_timing',
        SAGEMAKER_TRITON_LOG_VERBOSE: 'false',
      });
    });

  test('the bundle is uploaded to its own folder before the model looks for it, and nothing is removed', () => {
    const [upload] = ofType(model, 'Custom::CDKBucketDeployment');
    expect(upload!.Properties).toMatchObject({
      DestinationBucketKeyPrefix: `models/${version}`,
      Prune: false,
      RetainOnDelete: true,
    });
    expect(readable(upload!.Properties.DestinationBucketName, stage)).toBe('<Objects>');
    for (const { DependsOn } of ofType(model, 'AWS::SageMaker::Model')) expect(DependsOn).toContain(upload!.id);
  });

  if (hasEndpoint)
    test('the endpoint has one GPU instance with a driver for the CUDA of the image', () => {
      const [config] = ofType(model, 'AWS::SageMaker::EndpointConfig');
      expect(config!.Properties.ProductionVariants).toMatchObject([
        {
          InstanceType: stage.config.instanceType,
          InitialInstanceCount: 1,
          InferenceAmiVersion: 'al2-ami-sagemaker-inference-gpu-3-1',
        },
      ]);
      // A name would keep CloudFormation from replacing it, and every change of it is a replacement.
      expect(config!.Properties.EndpointConfigName).toBeUndefined();
    });

  test('there is nothing of SageMaker where the scorer is a Lambda', () => {
    const types = Object.values(model.Resources).map(({ Type }) => Type);
    expect(types.some((type) => type.startsWith('AWS::SageMaker'))).toBe(hasEndpoint);
  });

  test('the model runs in a Lambda of its own unless an endpoint is always there', () => {
    const scorers = ofType(model, 'AWS::Lambda::Function').filter(({ id }) => id.startsWith('scorer'));
    expect(scorers).toHaveLength(stage.config.scorer === 'always' ? 0 : 1);
    for (const { Properties } of scorers)
      expect(Properties).toMatchObject({ Architectures: ['arm64'], MemorySize: 2_048, Timeout: 60 });
  });

  test('an endpoint stands only where the scorer is always there', () => {
    expect(ofType(model, 'AWS::SageMaker::Endpoint')).toHaveLength(stage.config.scorer === 'always' ? 1 : 0);
  });
});

describe('the endpoint that is always there', () => {
  const stage = stages.find(({ config }) => config.scorer === 'always')!;
  const [endpoint] = ofType(stage.stacks.model, 'AWS::SageMaker::Endpoint');
  const alarms = ofType(stage.stacks.model, 'AWS::CloudWatch::Alarm');

  test('it keeps its scale, changes blue/green, and goes back when an alarm rings', () => {
    expect(endpoint!.Properties).toMatchObject({
      EndpointName: `buy-timing-${stage.name}`,
      RetainAllVariantProperties: true,
      DeploymentConfig: {
        BlueGreenUpdatePolicy: {
          TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE' },
          TerminationWaitInSeconds: 300,
        },
        AutoRollbackConfiguration: { Alarms: alarms.map(({ id }) => ({ AlarmName: { Ref: id } })) },
      },
    });
  });

  test('its alarms watch its own errors and its own latency, and exist before it', () => {
    expect(alarms.map(({ Properties }) => Properties.MetricName)).toEqual(['Invocation5XXErrors', 'ModelLatency']);
    for (const { id, Properties } of alarms) {
      expect(Properties.Dimensions).toContainEqual({ Name: 'EndpointName', Value: endpoint!.Properties.EndpointName });
      expect(endpoint!.DependsOn).toContain(id);
    }
  });
});
