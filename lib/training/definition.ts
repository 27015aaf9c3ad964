/**
 * The weekly training as a state machine, in Amazon States Language:
 *
 *     export ─▶ train (a job of SageMaker, looked at until it ends) ─▶ the gate and promotion ─▶ done
 *
 * A shop with too little to learn from, and a gate that refuses, are no failures: the run ends with the reason, and the
 * live model stays.
 */
import { caught, type Definition, failure, retry, type Service, type State } from '../nightly/states.ts';

export interface TrainingParts {
  partition: string;
  /** ARNs. */
  functions: { export: string; promotion: string };
  /** `CreateTrainingJob`, but for what differs from one training to the next. */
  job: { OutputDataConfig: Record<string, unknown>; Environment: Record<string, string> } & Record<string, unknown>;
  /** `s3://BUCKET`. */
  objects: string;
  /** Jobs are called by it and a random text. */
  prefix: string;
  timeoutSeconds: number;
}

export const LOOK_EVERY_SECONDS = 60;
const JUDGING_SECONDS = 930;

export function trainingDefinition(parts: TrainingParts): Definition {
  const service: Service = (name) => `arn:${parts.partition}:states:::${name}`;
  const invoke = (name: string, payload: Record<string, unknown>, attempts: number): State => ({
    Type: 'Task',
    Resource: service('lambda:invoke'),
    Parameters: { FunctionName: name, Payload: payload },
    TimeoutSeconds: JUDGING_SECONDS,
    Retry: retry(attempts),
    Catch: caught('The training failed'),
  });
  const channel = (name: string, uri: Record<string, string>) => ({
    ChannelName: name,
    DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3DataDistributionType: 'FullyReplicated', ...uri } },
  });
  const below = (folder: string) => `${parts.objects}/${folder}`;
  const ofTraining = (folder: string) => ({
    'S3Uri.$': `States.Format('${below('training')}/{}/${folder}', $.training.name)`,
  });
  const status = (value: string) => ({ Variable: '$.job.TrainingJobStatus', StringEquals: value });
  const { OutputDataConfig, Environment, ...job } = parts.job;
  return {
    Comment: 'The weekly training of Buy Timing',
    StartAt: 'Export',
    TimeoutSeconds: parts.timeoutSeconds,
    States: {
      Export: {
        ...invoke(parts.functions.export, {}, 2),
        ResultSelector: { 'training.$': '$.Payload' },
        Next: 'Is there enough?',
      },
      'Is there enough?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.training.enough', BooleanEquals: true, Next: 'Name the job' }],
        Default: 'Too little to learn from',
      },
      'Too little to learn from': { Type: 'Succeed', Comment: 'The live model stays; the output says why.' },
      'Name the job': {
        Type: 'Pass',
        Parameters: { 'TrainingJobName.$': `States.Format('${parts.prefix}-{}', States.UUID())` },
        ResultPath: '$.job',
        Next: 'Start the job',
      },
      'Start the job': {
        Type: 'Task',
        Resource: service('aws-sdk:sagemaker:createTrainingJob'),
        Parameters: {
          ...job,
          'TrainingJobName.$': '$.job.TrainingJobName',
          Environment,
          InputDataConfig: [
            channel('training', ofTraining('data')),
            channel('init', { 'S3Uri.$': `States.Format('${below('models')}/{}/', $.training.from)` }),
            channel('code', { S3Uri: below('training-code/') }),
          ],
          OutputDataConfig: { ...OutputDataConfig, 'S3OutputPath.$': ofTraining('output')['S3Uri.$'] },
          CheckpointConfig: ofTraining('checkpoints'),
        },
        ResultPath: null,
        Retry: retry(3),
        Catch: caught('The training failed'),
        Next: 'Wait for the job',
      },
      'Wait for the job': { Type: 'Wait', Seconds: LOOK_EVERY_SECONDS, Next: 'Look at the job' },
      'Look at the job': {
        Type: 'Task',
        Resource: service('aws-sdk:sagemaker:describeTrainingJob'),
        Parameters: { 'TrainingJobName.$': '$.job.TrainingJobName' },
        ResultPath: '$.job',
        Retry: retry(5),
        Catch: caught('The training failed'),
        Next: 'Has it ended?',
      },
      'Has it ended?': {
        Type: 'Choice',
        Choices: [
          { ...status('Completed'), Next: 'Judge and promote' },
          { Or: ['InProgress', 'Stopping'].map(status), Next: 'Wait for the job' },
          { Variable: '$.job.FailureReason', IsPresent: true, Next: 'The job failed' },
        ],
        Default: 'The job was stopped',
      },
      'The job failed': {
        Type: 'Fail',
        Error: 'JobFailed',
        CausePath: "States.Format('{}: {}', $.job.TrainingJobName, $.job.FailureReason)",
      },
      'The job was stopped': {
        Type: 'Fail',
        Error: 'JobFailed',
        CausePath: "States.Format('{} is {}', $.job.TrainingJobName, $.job.TrainingJobStatus)",
      },
      'Judge and promote': {
        ...invoke(
          parts.functions.promotion,
          {
            ...{ do: 'promote', by: 'training' },
            'trained.$': '$.job.ModelArtifacts.S3ModelArtifacts',
            'why.$': "States.Format('trained on {} users up to {}', $.training.users, $.training.until)",
          },
          2,
        ),
        ResultSelector: { 'reply.$': '$.Payload' },
        ResultPath: '$.promotion',
        Next: 'Was it promoted?',
      },
      'Was it promoted?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.promotion.reply.change', IsPresent: true, Next: 'Promoted' }],
        Default: 'Refused',
      },
      Promoted: { Type: 'Succeed' },
      Refused: { Type: 'Succeed', Comment: 'The live model stays; the output says why.' },
      'The training failed': failure('TrainingFailed', '$.problem'),
    },
  };
}
