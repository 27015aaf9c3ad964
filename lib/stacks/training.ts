/** Which model is live: who changes it, a daily look at how it does, and a weekly training where the stage wants one. */
import { join } from 'node:path';
import { ArnFormat, CfnOutput, Stack, type StackProps, TimeZone } from 'aws-cdk-lib';
import { Policy, PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution, Universal } from 'aws-cdk-lib/aws-scheduler-targets';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { Construct } from 'constructs';
import { NIGHTLY_HOUR } from '../../functions/nightly/steps.ts';
import type { StageConfig } from '../config.ts';
import { HouseAlarm } from '../constructs/alarm.ts';
import { HouseFunction } from '../constructs/function.ts';
import { allow, argueWildcard, NO_RESOURCE } from '../constructs/role.ts';
import { uploadFolder } from '../constructs/upload.ts';
import { environmentOf } from '../environment.ts';
import { grantsFor } from '../grants.ts';
import { unsuccessful } from '../metrics.ts';
import { PERMISSIONS } from '../permissions.ts';
import { trainingDefinition } from '../training/definition.ts';
import type { DataStack } from './data.ts';
import type { ModelStack } from './model.ts';

const CODE = join(import.meta.dirname, '../../model');
/** It brings Python and the GPU's libraries; packages come by their hashes, as everywhere else (model/requirements.lock). */
const PYTORCH = { repository: 'pytorch-training', tag: '2.8.0-gpu-py312-cu129-ubuntu22.04-sagemaker' };
const JOB = '/opt/ml/input/data';
const JUDGING_SECONDS = 900;
/** When the run of the night is over. */
const WATCH_HOUR = NIGHTLY_HOUR + 5;
const TRAINING_HOUR = NIGHTLY_HOUR + 6;

interface TrainingStackProps extends StackProps {
  prefix: string;
  config: StageConfig;
  data: DataStack;
  model: ModelStack;
}

type Training = NonNullable<StageConfig['training']>;

export class TrainingStack extends Stack {
  constructor(scope: Construct, id: string, props: TrainingStackProps) {
    super(scope, id, props);
    const { config } = props;
    const promotion = this.createFunction('promotion', props);
    new Schedule(this, 'Watch', {
      description: 'Goes back to the model of before where what a promoted one says does not come about',
      schedule: at(WATCH_HOUR, '*', config),
      target: new Universal({
        service: 'lambda',
        action: 'invoke',
        input: ScheduleTargetInput.fromObject({
          FunctionName: promotion.lambda.functionName,
          InvocationType: 'Event',
          Payload: '{"do":"watch"}',
        }),
        policyStatements: [allow(['lambda:InvokeFunction'], [promotion.lambda.functionArn])],
        retryAttempts: 0,
      }),
    });
    if (!config.training) return;
    const machine = this.createMachine(props, config.training, promotion);
    new Schedule(this, 'Weekly', {
      description: 'The weekly training',
      schedule: at(TRAINING_HOUR, config.training.weekday, config),
      target: new StepFunctionsStartExecution(machine, { input: ScheduleTargetInput.fromObject({}) }),
    });
    new HouseAlarm(this, 'TrainingFailed', {
      // One that is stuck ends by its time limit.
      metric: unsuccessful(machine, 'Trainings that did not succeed'),
      threshold: 1,
      topic: props.data.alarms,
      name: 'the-weekly-training-failed',
      felt: 'The live model grows old: what users do otherwise than some weeks ago, it does not learn.',
    });
    new CfnOutput(this, 'StateMachine', { value: machine.stateMachineArn, description: 'Start it to train now' });
  }

  private createFunction(name: 'promotion' | 'training-export', { config, data, model }: TrainingStackProps) {
    return new HouseFunction(this, name, {
      entry: name,
      modelRuntime: name === 'promotion',
      // The share of a processor goes by it: the one runs the model, the other holds the log.
      memoryMB: 3_008,
      timeoutSeconds: JUDGING_SECONDS,
      environment: environmentOf(config, data, model),
      ...grantsFor(PERMISSIONS[name], data, undefined),
      house: data,
    });
  }

  private createMachine(props: TrainingStackProps, training: Training, promotion: HouseFunction): StateMachine {
    const { prefix, data } = props;
    const bucket = Bucket.fromBucketName(this, 'Objects', data.objects);
    const code = uploadFolder(this, 'Code', {
      folder: CODE,
      exclude: ['bundles', 'tests', 'data', '.*', '__pycache__', '**/__pycache__'],
      bucket,
      prefix: 'training-code',
      keeps: true,
      wildcard: 'The files of the training.',
      may: [data.keys.use(data.keys.users, ['Decrypt', 'GenerateDataKey'], 's3')],
      logs: data.logs,
    });
    const exporting = this.createFunction('training-export', props);
    const jobRole = this.createJobRole(props, bucket);
    const functions = { export: exporting.lambda.functionArn, promotion: promotion.lambda.functionArn };
    const name = `${prefix}-training`;
    const role = new Role(this, 'TrainerRole', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    const machine = new StateMachine(this, 'Trainer', {
      stateMachineName: name,
      definitionBody: DefinitionBody.fromString(
        this.toJsonString(
          trainingDefinition({
            partition: this.partition,
            functions,
            job: this.job(props, training, jobRole),
            objects: `s3://${data.objects}`,
            prefix,
            // The export, the wait for an instance, the training, the gate.
            timeoutSeconds: (2 * training.hours + 1) * 3_600,
          }),
        ),
      ),
      role,
      tracingEnabled: true,
      logs: {
        level: LogLevel.ALL,
        includeExecutionData: false,
        destination: new LogGroup(this, 'TrainerLog', {
          logGroupName: `/aws/vendedlogs/states/${name}`,
          ...data.logs,
        }),
      },
    });
    const jobs = this.formatArn({ service: 'sagemaker', resource: 'training-job', resourceName: `${prefix}-*` });
    const policy = new Policy(this, 'TrainerMay', {
      statements: [
        allow(['lambda:InvokeFunction'], Object.values(functions)),
        allow(['sagemaker:CreateTrainingJob', 'sagemaker:DescribeTrainingJob'], [jobs]),
        allow(['iam:PassRole'], [jobRole.roleArn], {
          StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
        }),
      ],
      roles: [role],
    });
    machine.node.addDependency(policy, code);
    argueWildcard(role, '*', NO_RESOURCE);
    argueWildcard(policy, jobs, 'Each training is a job of its own.');
    return machine;
  }

  private job({ config, data }: TrainingStackProps, training: Training, role: Role) {
    const seconds = training.hours * 3_600;
    const image = `${this.registry(config)}.dkr.ecr.${config.region}.${this.urlSuffix}/${PYTORCH.repository}:${PYTORCH.tag}`;
    const { keyArn } = data.keys.users;
    return {
      AlgorithmSpecification: {
        TrainingImage: image,
        TrainingInputMode: 'File',
        ContainerEntrypoint: ['bash', `${JOB}/code/training_job.sh`],
      },
      RoleArn: role.roleArn,
      // What the toolkit of the image would say, which starts only scripts that it unpacked itself.
      Environment: {
        SM_MODEL_DIR: '/opt/ml/model',
        SM_CHANNEL_TRAINING: `${JOB}/training`,
        SM_CHANNEL_INIT: `${JOB}/init`,
        SM_HPS: JSON.stringify({ size: training.size }),
      },
      // Files as they are, which the gate reads.
      OutputDataConfig: { CompressionType: 'NONE', KmsKeyId: keyArn },
      ResourceConfig: { InstanceType: training.instanceType, InstanceCount: 1, VolumeSizeInGB: 50 },
      EnableManagedSpotTraining: true,
      StoppingCondition: { MaxRuntimeInSeconds: seconds, MaxWaitTimeInSeconds: 2 * seconds },
      EnableInterContainerTrafficEncryption: true,
    };
  }

  private registry({ region }: StageConfig): string {
    const account = RegionInfo.get(region).dlcRepositoryAccount;
    if (!account) throw new Error(`cdk.json: there is no PyTorch image in ${region}; leave training out`);
    return account;
  }

  private createJobRole({ config, data, prefix }: TrainingStackProps, bucket: IBucket): Role {
    const [read, written] = [['models/*', 'training/*', 'training-code/*'], ['training/*']].map((names) =>
      names.map((name) => bucket.arnForObjects(name)),
    ) as [string[], string[]];
    const logs = this.formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: '/aws/sagemaker/TrainingJobs:*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const repository = this.formatArn({
      service: 'ecr',
      account: this.registry(config),
      resource: 'repository',
      resourceName: PYTORCH.repository,
    });
    const role = new Role(this, 'JobRole', {
      description: `Trains models of ${prefix}`,
      assumedBy: new ServicePrincipal('sagemaker.amazonaws.com'),
      inlinePolicies: {
        allowed: new PolicyDocument({
          statements: [
            allow(['s3:GetObject'], read),
            allow(['s3:PutObject'], written),
            allow(['s3:ListBucket'], [bucket.bucketArn], {
              StringLike: { 's3:prefix': ['models/*', 'training/*', 'training-code/*'] },
            }),
            data.keys.use(data.keys.users, ['Decrypt', 'GenerateDataKey'], 's3'),
            allow(['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], [repository]),
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
    for (const files of new Set([...read, ...written]))
      argueWildcard(role, files, 'Each training has a folder of its own, and starts from the model that is live then.');
    argueWildcard(role, logs, 'Streams are named by job; SageMaker has one group for all jobs of an account.');
    argueWildcard(role, '*', 'A registry token and metrics have no resource to name; metrics are held to a namespace.');
    return role;
  }
}

function at(hour: number, weekDay: string, config: StageConfig): ScheduleExpression {
  return ScheduleExpression.cron({ hour: String(hour), minute: '0', weekDay, timeZone: TimeZone.of(config.timeZone) });
}
