/** The shipped model bundle in the bucket, and what serves it: Triton on a GPU, a Lambda, or both. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArnFormat, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyDocument, type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { BucketDeployment } from 'aws-cdk-lib/aws-s3-deployment';
import { CfnEndpoint, CfnEndpointConfig, CfnModel } from 'aws-cdk-lib/aws-sagemaker';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { Construct } from 'constructs';
import { MODEL_NAME } from '../../core/model/contract.ts';
import type { StageConfig } from '../config.ts';
import { HouseAlarm } from '../constructs/alarm.ts';
import { HouseFunction } from '../constructs/function.ts';
import { allow, argueWildcard } from '../constructs/role.ts';
import { uploadFolder } from '../constructs/upload.ts';
import { basicEnvironment } from '../environment.ts';
import { grantsFor } from '../grants.ts';
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

export class ModelStack extends Stack {
  /** Fixed, for the nightly run creates and deletes an endpoint of this name, and alarms must know it beforehand. */
  readonly endpointName: string;
  readonly endpointArn: string;
  /** Of the variant that all calls go to. */
  readonly variant = VARIANT;
  /** Absent where there is never an endpoint. */
  readonly endpointConfig: CfnEndpointConfig | undefined;
  /** The version that is live until another is promoted. */
  readonly bundleVersion: string;
  private readonly bucket: IBucket;
  /** The model in a Lambda: for single users, or for all; absent where the endpoint is always there. */
  private readonly scorer: HouseFunction | undefined;
  private readonly kind: StageConfig['scorer'];

  constructor(scope: Construct, id: string, props: ModelStackProps) {
    super(scope, id, props);
    this.bucket = Bucket.fromBucketName(this, 'Objects', props.data.objects);
    this.bundleVersion = JSON.parse(readFileSync(join(BUNDLE, 'manifest.json'), 'utf8')).version;
    this.endpointName = props.prefix;
    this.endpointArn = this.formatArn({ service: 'sagemaker', resource: 'endpoint', resourceName: this.endpointName });
    this.kind = props.config.scorer;
    const uploaded = this.uploadBundle(props.data);
    if (this.kind !== 'always') this.scorer = this.createScorer(props, uploaded);
    if (this.kind !== 'lambda') this.endpointConfig = this.createEndpointConfig(props, uploaded);
    if (this.kind === 'always') this.createEndpoint(props.data, this.endpointConfig!);
  }

  /** Who is asked of a whole night's users, or of a single one; how it is found, and what allows it. */
  askedFor(use: 'night' | 'single'): { environment: Record<string, string>; may: PolicyStatement } {
    if (this.scorer && (use === 'single' || this.kind === 'lambda')) {
      const { functionName, functionArn } = this.scorer.lambda;
      return {
        environment: { SCORER: 'lambda', SCORER_FUNCTION: functionName },
        may: allow(['lambda:InvokeFunction'], [functionArn]),
      };
    }
    return {
      environment: { SCORER: 'endpoint', ENDPOINT_NAME: this.endpointName },
      may: allow(['sagemaker:InvokeEndpoint'], [this.endpointArn]),
    };
  }

  private createScorer({ config, data }: ModelStackProps, uploaded: BucketDeployment): HouseFunction {
    const scorer = new HouseFunction(this, 'scorer', {
      entry: 'scorer',
      modelRuntime: true,
      memoryMB: 2_048,
      timeoutSeconds: 60,
      environment: basicEnvironment(config, data, this.bundleVersion),
      ...grantsFor(PERMISSIONS.scorer, data, undefined),
      logs: data.logs,
    });
    scorer.node.addDependency(uploaded);
    return scorer;
  }

  private createEndpointConfig({ config, data }: ModelStackProps, uploaded: BucketDeployment): CfnEndpointConfig {
    const model = this.createModel(config, data);
    model.node.addDependency(uploaded);
    return new CfnEndpointConfig(this, 'EndpointConfig', {
      productionVariants: [
        {
          variantName: VARIANT,
          modelName: model.attrModelName,
          instanceType: config.instanceType,
          initialInstanceCount: 1,
          initialVariantWeight: 1,
          inferenceAmiVersion: INFERENCE_AMI,
        },
      ],
    });
  }

  /** Every version keeps its own folder, so that a rollback finds what it needs. */
  private uploadBundle(data: DataStack): BucketDeployment {
    return uploadFolder(this, 'Bundle', {
      folder: BUNDLE,
      bucket: this.bucket,
      prefix: `models/${this.bundleVersion}`,
      keeps: true,
      wildcard: 'All files of the bundle.',
      // A large file goes up in parts, which are read again to be put together.
      may: [data.keys.use(data.keys.users, ['Decrypt', 'GenerateDataKey'], 's3')],
      logs: data.logs,
    });
  }

  private createModel({ region }: StageConfig, data: DataStack): CfnModel {
    const account = RegionInfo.get(region).dlcRepositoryAccount;
    if (!account) throw new Error(`cdk.json: there is no Triton image in ${region}; choose another region`);
    const repository = this.formatArn({
      service: 'ecr',
      account,
      resource: 'repository',
      resourceName: TRITON.repository,
    });
    const role = this.createRole(repository, data);
    return new CfnModel(this, 'Model', {
      executionRoleArn: role.roleArn,
      // The container answers and calls nobody; SageMaker itself brings it the model.
      enableNetworkIsolation: true,
      primaryContainer: {
        image: `${account}.dkr.ecr.${region}.${this.urlSuffix}/${TRITON.repository}:${TRITON.tag}`,
        modelDataSource: {
          s3DataSource: {
            // Triton wants the model's folder below the prefix, not its files.
            s3Uri: this.bucket.s3UrlForObject(`models/${this.bundleVersion}/repository/`),
            s3DataType: 'S3Prefix',
            compressionType: 'None',
          },
        },
        environment: {
          SAGEMAKER_TRITON_DEFAULT_MODEL_NAME: MODEL_NAME,
          SAGEMAKER_TRITON_LOG_VERBOSE: 'false',
        },
      },
    });
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

  private createEndpoint(data: DataStack, config: CfnEndpointConfig): void {
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
    const endpoint = new CfnEndpoint(this, 'Endpoint', {
      endpointName: this.endpointName,
      endpointConfigName: config.attrEndpointConfigName,
      retainAllVariantProperties: true,
      deploymentConfig: {
        blueGreenUpdatePolicy: {
          // One instance cannot be split: the new fleet takes all traffic, and the old one waits for alarms.
          trafficRoutingConfiguration: { type: 'ALL_AT_ONCE', waitIntervalInSeconds: 0 },
          terminationWaitInSeconds: 300,
          maximumExecutionTimeoutInSeconds: 3_600,
        },
        autoRollbackConfiguration: { alarms: alarms.map(({ alarmName }) => ({ alarmName })) },
      },
    });
    endpoint.node.addDependency(...alarms);
  }
}
