/** The shipped model bundle in the bucket, and what serves the live one: Triton on a GPU, a Lambda, or both. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArnFormat, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyDocument, type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { AwsCustomResource, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { Construct } from 'constructs';
import { MODEL_NAME } from '../../core/model/contract.ts';
import { LIVE, type LiveModel } from '../../core/promotion/changes.ts';
import { SERVED } from '../../core/promotion/served.ts';
import type { StageConfig } from '../config.ts';
import { HouseAlarm } from '../constructs/alarm.ts';
import { HouseFunction } from '../constructs/function.ts';
import { allow, argueWildcard, createFunctionRole } from '../constructs/role.ts';
import { uploadFolder } from '../constructs/upload.ts';
import { basicEnvironment } from '../environment.ts';
import { grantsFor } from '../grants.ts';
import type { EndpointParts } from '../nightly/endpoint.ts';
import { PERMISSIONS } from '../permissions.ts';
import type { DataStack } from './data.ts';

const BUNDLE = join(import.meta.dirname, '../../model/bundles/tiny');
/** ONNX Runtime 1.21, CUDA 12.9. */
const TRITON = { repository: 'sagemaker-tritonserver', tag: '25.04-py3' };
/** The default one's driver is too old for that CUDA; images of 25.09 and later need `al2023-…-gpu-4-1`. */
const INFERENCE_AMI = 'al2-ami-sagemaker-inference-gpu-3-1';
const VARIANT = 'all';

interface ModelStackProps extends StackProps {
  prefix: string;
  config: StageConfig;
  data: DataStack;
}

/** What a nightly run makes an endpoint of, and what it needs to be allowed for that. */
export interface EndpointPlan {
  parts: EndpointParts;
  may: PolicyStatement[];
  wildcards: { resource: string; reason: string }[];
}

export class ModelStack extends Stack {
  /** Fixed, for the nightly run makes an endpoint of this name, and alarms must know it beforehand. */
  readonly endpointName: string;
  readonly endpointArn: string;
  /** Of the variant that all calls go to. */
  readonly variant = VARIANT;
  /** Absent where there is never an endpoint. */
  readonly endpoint: EndpointPlan | undefined;
  private readonly bucket: IBucket;
  /** The model in a Lambda: for single users, or for all. */
  private readonly scorer: HouseFunction;
  private readonly kind: StageConfig['scorer'];

  constructor(scope: Construct, id: string, props: ModelStackProps) {
    super(scope, id, props);
    this.bucket = Bucket.fromBucketName(this, 'Objects', props.data.objects);
    this.endpointName = props.prefix;
    this.endpointArn = this.formatArn({ service: 'sagemaker', resource: 'endpoint', resourceName: this.endpointName });
    this.kind = props.config.scorer;
    this.bringShipped(props);
    this.scorer = this.createScorer(props);
    if (this.kind !== 'lambda') this.endpoint = this.planEndpoint(props);
  }

  /** Who is asked of a whole night's users, or of a single one; how it is found, and what allows it. */
  askedFor(use: 'night' | 'single'): { environment: Record<string, string>; may: PolicyStatement[] } {
    const { functionName, functionArn } = this.scorer.lambda;
    const lambda = {
      environment: { SCORER: 'lambda', SCORER_FUNCTION: functionName },
      may: [allow(['lambda:InvokeFunction'], [functionArn])],
    };
    const endpoint = {
      environment: { SCORER: 'endpoint', ENDPOINT_NAME: this.endpointName },
      may: [allow(['sagemaker:InvokeEndpoint'], [this.endpointArn])],
    };
    if (this.kind === 'always' && use === 'single')
      return {
        environment: { ...lambda.environment, ...endpoint.environment, SCORER: 'either' },
        may: [...lambda.may, ...endpoint.may],
      };
    return use === 'single' || this.kind === 'lambda' ? lambda : endpoint;
  }

  private createScorer({ config, data }: ModelStackProps): HouseFunction {
    return new HouseFunction(this, 'scorer', {
      entry: 'scorer',
      modelRuntime: true,
      memoryMB: 2_048,
      timeoutSeconds: 60,
      environment: basicEnvironment(config, data),
      ...grantsFor(PERMISSIONS.scorer, data, undefined),
      house: data,
    });
  }

  /**
   * Uploads the shipped bundle to the folder of its version, and makes it live where nothing was ever live. No other
   * deployment changes what is live: the template names no version but for that first time.
   */
  private bringShipped({ data }: ModelStackProps): void {
    const { version } = JSON.parse(readFileSync(join(BUNDLE, 'manifest.json'), 'utf8'));
    const uploaded = uploadFolder(this, 'Bundle', {
      folder: BUNDLE,
      bucket: this.bucket,
      prefix: `models/${version}`,
      keeps: true,
      wildcard: 'All files of the bundle.',
      // A large file goes up in parts, which are read again to be put together.
      may: [data.keys.use(data.keys.users, ['Decrypt', 'GenerateDataKey'], 's3')],
      logs: data.logs,
    });
    const live: LiveModel = { version, change: null };
    const { tableName, tableArn } = data.tables.Settings;
    const logGroup = new LogGroup(this, 'FirstModelLog', data.logs);
    const role = createFunctionRole(this, 'FirstModelRole', logGroup, [
      allow(['dynamodb:PutItem'], [tableArn], { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [LIVE.kind] } }),
      data.keys.use(data.keys.users, ['Decrypt'], 'dynamodb'),
    ]);
    const first = new AwsCustomResource(this, 'FirstModel', {
      onCreate: {
        service: 'DynamoDB',
        action: 'putItem',
        parameters: {
          TableName: tableName,
          Item: { kind: { S: LIVE.kind }, name: { S: LIVE.name }, value: { S: JSON.stringify(live) } },
          ConditionExpression: 'attribute_not_exists(kind)',
        },
        ignoreErrorCodesMatching: 'ConditionalCheckFailedException',
        physicalResourceId: PhysicalResourceId.of(LIVE.name),
      },
      role,
      logGroup,
      installLatestAwsSdk: false,
      resourceType: 'Custom::FirstModel',
    });
    first.node.addDependency(uploaded);
  }

  private planEndpoint({ config, data }: ModelStackProps): EndpointPlan {
    const account = RegionInfo.get(config.region).dlcRepositoryAccount;
    if (!account) throw new Error(`cdk.json: there is no Triton image in ${config.region}; choose another region`);
    const repository = this.formatArn({
      service: 'ecr',
      account,
      resource: 'repository',
      resourceName: TRITON.repository,
    });
    const role = this.createRole(repository, data);
    const stays = this.kind === 'always';
    const image = `${TRITON.repository}:${TRITON.tag}`;
    const memory = this.watchMemory(data);
    const alarms = stays ? [memory, ...this.watchEndpoint(data)] : [];
    const parts: EndpointParts = {
      name: this.endpointName,
      stays,
      tail: createHash('sha256').update(`${image} ${config.instanceType} ${INFERENCE_AMI}`).digest('hex').slice(0, 6),
      models: this.bucket.s3UrlForObject('models'),
      model: {
        ExecutionRoleArn: role.roleArn,
        // The container answers and calls nobody; SageMaker itself brings it the model.
        EnableNetworkIsolation: true,
        PrimaryContainer: {
          Image: `${account}.dkr.ecr.${config.region}.${this.urlSuffix}/${image}`,
          Environment: {
            SAGEMAKER_TRITON_DEFAULT_MODEL_NAME: MODEL_NAME,
            SAGEMAKER_TRITON_LOG_VERBOSE: 'false',
          },
        },
      },
      variant: {
        VariantName: VARIANT,
        InstanceType: config.instanceType,
        InitialInstanceCount: 1,
        InitialVariantWeight: 1,
        InferenceAmiVersion: INFERENCE_AMI,
      },
      deployment: {
        BlueGreenUpdatePolicy: {
          // One instance cannot be split: the new fleet takes all traffic, and the old one waits for alarms.
          TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 0 },
          TerminationWaitInSeconds: stays ? 300 : 0,
          MaximumExecutionTimeoutInSeconds: 1_500,
        },
        ...(stays && { AutoRollbackConfiguration: { Alarms: alarms.map((AlarmName) => ({ AlarmName })) } }),
      },
      settings: data.tables.Settings.tableName,
    };
    const named = (resource: string) =>
      this.formatArn({ service: 'sagemaker', resource, resourceName: `${this.endpointName}-*` });
    const [models, configs] = [named('model'), named('endpoint-config')];
    const { tableArn } = data.tables.Settings;
    const reason = 'They are named after the version of a bundle, which no template knows.';
    return {
      parts,
      may: [
        allow(['sagemaker:CreateModel'], [models]),
        allow(['sagemaker:CreateEndpointConfig'], [models, configs]),
        allow(['sagemaker:DescribeEndpoint', 'sagemaker:DeleteEndpoint'], [this.endpointArn]),
        allow(['sagemaker:CreateEndpoint', 'sagemaker:UpdateEndpoint'], [this.endpointArn, configs]),
        allow(['iam:PassRole'], [role.roleArn], {
          StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
        }),
        ...(stays
          ? [
              allow(['dynamodb:PutItem', 'dynamodb:DeleteItem'], [tableArn], {
                'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [SERVED.kind] },
              }),
              data.keys.use(data.keys.users, ['Decrypt'], 'dynamodb'),
            ]
          : []),
      ],
      wildcards: [models, configs].map((resource) => ({ resource, reason })),
    };
  }

  private createRole(repositoryArn: string, data: DataStack): Role {
    const models = this.bucket.arnForObjects('models/*');
    const logs = this.formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: `/aws/sagemaker/Endpoints/${this.endpointName}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const role = new Role(this, 'ModelRole', {
      assumedBy: new ServicePrincipal('sagemaker.amazonaws.com'),
      inlinePolicies: {
        allowed: new PolicyDocument({
          statements: [
            allow(['s3:GetObject'], [models]),
            allow(['s3:ListBucket'], [this.bucket.bucketArn], { StringLike: { 's3:prefix': 'models/*' } }),
            data.keys.use(data.keys.users, ['Decrypt'], 's3'),
            allow(
              ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
              [repositoryArn],
            ),
            allow(['ecr:GetAuthorizationToken'], ['*']),
            allow(
              ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
              [logs],
            ),
            allow(['cloudwatch:PutMetricData'], ['*'], {
              StringLike: { 'cloudwatch:namespace': '/aws/sagemaker/*' },
            }),
          ],
        }),
      },
    });
    argueWildcard(role, models, 'A rollback serves an earlier bundle.');
    argueWildcard(role, logs, 'Streams are named by instance.');
    argueWildcard(role, '*', 'A registry token and metrics have no resource to name; metrics are held to a namespace.');
    return role;
  }

  /** ONNX Runtime itself takes three quarters at most (model/export.py). */
  private watchMemory(data: DataStack): string {
    const { alarmName } = new HouseAlarm(this, 'ModelMemory', {
      name: 'the-gpu-is-nearly-full',
      metric: new Metric({
        namespace: '/aws/sagemaker/Endpoints',
        metricName: 'GPUMemoryUtilization',
        dimensionsMap: { EndpointName: this.endpointName, VariantName: VARIANT },
        statistic: Stats.MAXIMUM,
        period: Duration.minutes(1),
      }),
      // Per cent.
      threshold: 90,
      evaluationPeriods: 3,
      topic: data.alarms,
      felt:
        this.kind === 'always'
          ? 'Nobody yet; soon fresh scores fail, and shards of the nightly run.'
          : 'Nobody yet; soon shards of the nightly run fail, and their users keep an earlier score.',
    });
    return alarmName;
  }

  /** @returns the names of the alarms that undo an update */
  private watchEndpoint(data: DataStack): string[] {
    const dimensionsMap = { EndpointName: this.endpointName, VariantName: VARIANT };
    const metric = (metricName: string, statistic: string) =>
      new Metric({ namespace: 'AWS/SageMaker', metricName, dimensionsMap, statistic, period: Duration.minutes(1) });
    const alarms = [
      new HouseAlarm(this, 'ModelErrors', {
        name: 'the-model-fails',
        metric: metric('Invocation5XXErrors', Stats.SUM),
        threshold: 1,
        topic: data.alarms,
        felt: 'Fresh scores fail, and so do shards of the nightly run.',
      }),
      new HouseAlarm(this, 'ModelSlow', {
        name: 'the-model-is-slow',
        // Microseconds.
        metric: metric('ModelLatency', 'p90'),
        threshold: 5_000_000,
        evaluationPeriods: 3,
        topic: data.alarms,
        felt: 'Fresh scores take seconds, and the nightly run may not end in time.',
      }),
    ];
    return alarms.map(({ alarmName }) => alarmName);
  }
}
