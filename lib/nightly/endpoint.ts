/**
 * States that bring up an endpoint of the run's model. The template names no version: models and configurations are made
 * when a run first needs them, called by the version and by what they are made of.
 *
 *     model ─▶ configuration ─▶ look ─▶ [create | update] ─▶ wait ─▶ look … ─▶ ready
 *
 * An endpoint that is always there is updated blue/green. While it changes, the setting that says whose calls it answers
 * is gone, so that single users are asked of the Lambda.
 */
import { SERVED } from '../../core/promotion/served.ts';
import { caught, retry, type Service, type State } from './states.ts';

export interface EndpointParts {
  /** Fixed, for alarms know it. */
  name: string;
  /** It outlives the run. */
  stays: boolean;
  /** What models and configurations are called after their version: another one means that they are made of other parts. */
  tail: string;
  /** `CreateModel`, but for name and files. */
  model: { PrimaryContainer: Record<string, unknown> } & Record<string, unknown>;
  /** `s3://BUCKET/models`. */
  models: string;
  /** The production variant, but for its model. */
  variant: Record<string, unknown>;
  /** How an update goes, and which alarms undo it. */
  deployment: Record<string, unknown>;
  /** The table of settings. */
  settings: string;
}

const LOOK_EVERY_SECONDS = 30;
/** Half an hour: a GPU endpoint takes five to ten minutes, an update ten more. */
const LOOKS = 60;
const BUSY = ['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting'];

/**
 * @param then where it goes on with an endpoint that is ready
 * @param end where it goes on when there will be none
 */
export function endpointStates(parts: EndpointParts, service: Service, then: string, end: string) {
  const version = '$.plan.modelVersion';
  const status = (value: string) => ({ Variable: '$.endpoint.status', StringEquals: value });
  const call = (verb: string) => service(`aws-sdk:sagemaker:${verb}`);
  const before = (change: string) => (parts.stays ? `Tell that it changes, then ${change}` : change);
  const ready = parts.stays ? 'Tell whose model it has' : then;
  const key = { kind: { S: SERVED.kind }, name: { S: SERVED.name } };
  /** Nobody may be sent to an endpoint that is about to have another model. */
  const tell = (change: string): State => ({
    Type: 'Task',
    Resource: service('dynamodb:deleteItem'),
    Parameters: { TableName: parts.settings, Key: key },
    ResultPath: null,
    Retry: retry(3),
    Catch: caught(end),
    Next: change,
  });
  const [CREATE, UPDATE] = ['Create the endpoint', 'Update the endpoint'];
  const { PrimaryContainer, ...model } = parts.model;
  return {
    'Begin to look': {
      Type: 'Pass',
      Parameters: { looks: 0, 'name.$': `States.Format('${parts.name}-{}-${parts.tail}', ${version})` },
      ResultPath: '$.waited',
      Next: 'Make the model',
    },
    'Make the model': {
      Type: 'Task',
      Resource: call('createModel'),
      Parameters: {
        ...model,
        'ModelName.$': '$.waited.name',
        PrimaryContainer: {
          ...PrimaryContainer,
          ModelDataSource: {
            S3DataSource: {
              // Triton wants the model's folder below the prefix, not its files.
              'S3Uri.$': `States.Format('${parts.models}/{}/repository/', ${version})`,
              S3DataType: 'S3Prefix',
              CompressionType: 'None',
            },
          },
        },
      },
      ResultPath: null,
      // It is there since an earlier night, for which SageMaker has no error of its own; if it is not, the endpoint fails.
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.made', Next: 'Make the configuration' }],
      Next: 'Make the configuration',
    },
    'Make the configuration': {
      Type: 'Task',
      Resource: call('createEndpointConfig'),
      Parameters: {
        'EndpointConfigName.$': '$.waited.name',
        ProductionVariants: [{ ...parts.variant, 'ModelName.$': '$.waited.name' }],
      },
      ResultPath: null,
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.made', Next: 'Look for the endpoint' }],
      Next: 'Look for the endpoint',
    },
    'Look for the endpoint': {
      Type: 'Task',
      Resource: call('describeEndpoint'),
      Parameters: { EndpointName: parts.name },
      ResultSelector: { 'status.$': '$.EndpointStatus', 'config.$': '$.EndpointConfigName' },
      ResultPath: '$.endpoint',
      // SageMaker has no error of its own for an endpoint that is not there.
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.endpoint', Next: before(CREATE) }],
      Next: 'Is it ready?',
    },
    'Is it ready?': {
      Type: 'Choice',
      Choices: [
        {
          And: [status('InService'), { Variable: '$.endpoint.config', StringEqualsPath: '$.waited.name' }],
          Next: ready,
        },
        { Variable: '$.waited.looks', NumericGreaterThanEquals: LOOKS, Next: 'The endpoint did not come' },
        { And: [status('InService'), { Variable: '$.update', IsPresent: true }], Next: 'The endpoint went back' },
        { ...status('InService'), Next: before(UPDATE) },
        { Or: BUSY.map(status), Next: 'Wait for the endpoint' },
      ],
      Default: 'The endpoint failed',
    },
    ...(parts.stays && { [before(CREATE)]: tell(CREATE), [before(UPDATE)]: tell(UPDATE) }),
    [CREATE]: {
      Type: 'Task',
      Resource: call('createEndpoint'),
      Parameters: { EndpointName: parts.name, 'EndpointConfigName.$': '$.waited.name' },
      ResultPath: null,
      Retry: retry(3),
      Catch: caught(end),
      Next: 'Wait for the endpoint',
    },
    /** It has an earlier model: it is always there, or another try of this night left it. */
    [UPDATE]: {
      Type: 'Task',
      Resource: call('updateEndpoint'),
      Parameters: {
        EndpointName: parts.name,
        'EndpointConfigName.$': '$.waited.name',
        RetainAllVariantProperties: false,
        DeploymentConfig: parts.deployment,
      },
      ResultSelector: { 'arn.$': '$.EndpointArn' },
      ResultPath: '$.update',
      Retry: retry(3),
      Catch: caught(end),
      Next: 'Wait for the endpoint',
    },
    'Wait for the endpoint': { Type: 'Wait', Seconds: LOOK_EVERY_SECONDS, Next: 'Count the look' },
    'Count the look': {
      Type: 'Pass',
      Parameters: { 'looks.$': 'States.MathAdd($.waited.looks, 1)', 'name.$': '$.waited.name' },
      ResultPath: '$.waited',
      Next: 'Look for the endpoint',
    },
    ...(parts.stays && {
      [ready]: {
        Type: 'Task',
        Resource: service('dynamodb:putItem'),
        Parameters: {
          TableName: parts.settings,
          Item: { ...key, value: { 'S.$': `States.Format('"{}"', ${version})` } },
        },
        ResultPath: null,
        Retry: retry(3),
        Catch: caught(end),
        Next: then,
      },
    }),
    'The endpoint did not come': noEndpoint(
      "'the endpoint is {} after {} looks', $.endpoint.status, $.waited.looks",
      end,
    ),
    'The endpoint went back': noEndpoint("'the update to {} was rolled back', $.waited.name", end),
    // It would stay as it is for ever.
    'The endpoint failed': noEndpoint("'the endpoint is {}', $.endpoint.status", 'Delete the endpoint'),
  } satisfies Record<string, State>;
}

function noEndpoint(cause: string, next: string): State {
  return {
    Type: 'Pass',
    Parameters: { Error: 'EndpointNotReady', 'Cause.$': `States.Format(${cause})` },
    ResultPath: '$.problem',
    Next: next,
  };
}
