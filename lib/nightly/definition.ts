/**
 * The nightly run as a state machine, in Amazon States Language:
 *
 *     plan ─▶ [endpoint: look, create, wait] ─▶ look-back ─▶ score-shard × N ─▶ finish ─▶ [delete the endpoint] ─▶ done or failed
 *
 * Whatever fails, every way ends at the deletion of the endpoint, which costs by the hour.
 */
import { NIGHTLY_CONCURRENCY, NIGHTLY_STEPS, type NightlyStep } from '../../functions/nightly/steps.ts';

export interface DefinitionParts {
  partition: string;
  /** ARNs. */
  functions: Record<NightlyStep['name'], string>;
  /** The endpoint that lives for the run only; absent: one is always up. */
  endpoint?: { name: string; config: string };
  /** After this the run stops where it is. */
  timeoutSeconds: number;
}

export interface Definition {
  Comment: string;
  StartAt: string;
  TimeoutSeconds: number;
  States: Record<string, State>;
}

export type State = { Type: string; Next?: string; End?: true } & Record<string, unknown>;

const LOOK_EVERY_SECONDS = 30;
/** Half an hour: a GPU endpoint takes five to ten minutes. */
const LOOKS = 60;

/** Waits 5, 10, 20 … s at most, each cut short at random, so that shards that failed together do not return together. */
const retry = (attempts: number) => [
  {
    ErrorEquals: ['States.ALL'],
    IntervalSeconds: 5,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    JitterStrategy: 'FULL',
    MaxAttempts: attempts - 1,
  },
];

const caught = (next: string) => [{ ErrorEquals: ['States.ALL'], ResultPath: '$.problem', Next: next }];

/** Not with the error of what was caught: a time-out has no cause, and a name that begins with `States.` is reserved. */
const failure = (name: string, caughtAt: string): State => ({
  Type: 'Fail',
  Error: name,
  CausePath: `States.JsonToString(${caughtAt})`,
});

export function nightlyDefinition(parts: DefinitionParts): Definition {
  const service = (name: string) => `arn:${parts.partition}:states:::${name}`;
  const end = parts.endpoint ? 'Delete the endpoint' : 'Did all go well?';
  const score = parts.endpoint ? 'Look for the endpoint' : 'Look back';

  const invoke = (name: NightlyStep['name'], payload: Record<string, unknown>): State => {
    const step = NIGHTLY_STEPS.find((each) => each.name === name)!;
    return {
      Type: 'Task',
      Resource: service('lambda:invoke'),
      Parameters: { FunctionName: parts.functions[name], ...payload },
      TimeoutSeconds: step.timeoutSeconds + 30,
      Retry: retry(step.attempts),
    };
  };

  return {
    Comment: 'The nightly run of Buy Timing',
    StartAt: 'Plan',
    TimeoutSeconds: parts.timeoutSeconds,
    States: {
      Plan: {
        ...invoke('plan', { 'Payload.$': '$' }),
        ResultSelector: { 'day.$': '$.Payload.day', 'shards.$': '$.Payload.missing' },
        ResultPath: '$.plan',
        Catch: caught('Did all go well?'),
        Next: 'Is there anyone to score?',
      },
      'Is there anyone to score?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.plan.shards[0]', IsPresent: true, Next: parts.endpoint ? 'Begin to look' : score }],
        Default: 'Finish',
      },
      ...(parts.endpoint && endpointStates(parts.endpoint, service, end)),
      'Look back': {
        ...invoke('look-back', { Payload: { 'day.$': '$.plan.day' } }),
        ResultPath: null,
        // The run goes on with what an earlier one learned; buyers who are not as forecast would tell.
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'Score the shards' }],
        Next: 'Score the shards',
      },
      'Score the shards': {
        Type: 'Map',
        Label: 'shards',
        ItemsPath: '$.plan.shards',
        ItemSelector: { 'day.$': '$.plan.day', 'shard.$': '$$.Map.Item.Value' },
        MaxConcurrency: NIGHTLY_CONCURRENCY,
        // One bad shard stops no other; `finish` counts those that failed.
        ToleratedFailurePercentage: 100,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Score a shard',
          States: {
            'Score a shard': {
              ...invoke('score-shard', { 'Payload.$': '$' }),
              ResultSelector: { 'shard.$': '$.Payload.shard' },
              End: true,
            },
          },
        },
        ResultPath: null,
        Catch: caught(end),
        Next: 'Finish',
      },
      Finish: {
        ...invoke('finish', { Payload: { 'day.$': '$.plan.day' } }),
        ResultSelector: { 'failedShards.$': '$.Payload.failedShards' },
        ResultPath: '$.finish',
        Catch: caught(end),
        Next: end,
      },
      ...(parts.endpoint && deletion(parts.endpoint, service)),
      'Did all go well?': {
        Type: 'Choice',
        Choices: [
          { Variable: '$.problem', IsPresent: true, Next: 'The run failed' },
          { Variable: '$.finish.failedShards[0]', IsPresent: true, Next: 'Some shards failed' },
        ],
        Default: 'Done',
      },
      Done: { Type: 'Succeed' },
      'The run failed': failure('RunFailed', '$.problem'),
      'Some shards failed': {
        Type: 'Fail',
        Error: 'ShardsFailed',
        CausePath: "States.Format('shards without scores: {}', States.JsonToString($.finish.failedShards))",
      },
    },
  };
}

type Service = (name: string) => string;

/** An endpoint that an earlier try of this night left is used; one that is going is waited for. */
function endpointStates(endpoint: { name: string; config: string }, service: Service, end: string) {
  const status = (value: string) => ({ Variable: '$.endpoint.status', StringEquals: value });
  return {
    'Begin to look': { Type: 'Pass', Result: { looks: 0 }, ResultPath: '$.waited', Next: 'Look for the endpoint' },
    'Look for the endpoint': {
      Type: 'Task',
      Resource: service('aws-sdk:sagemaker:describeEndpoint'),
      Parameters: { EndpointName: endpoint.name },
      ResultSelector: { 'status.$': '$.EndpointStatus' },
      ResultPath: '$.endpoint',
      // SageMaker has no error of its own for an endpoint that is not there.
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.endpoint', Next: 'Create the endpoint' }],
      Next: 'Is it ready?',
    },
    'Create the endpoint': {
      Type: 'Task',
      Resource: service('aws-sdk:sagemaker:createEndpoint'),
      Parameters: { EndpointName: endpoint.name, EndpointConfigName: endpoint.config },
      ResultPath: null,
      Retry: retry(3),
      Catch: caught(end),
      Next: 'Wait for the endpoint',
    },
    'Is it ready?': {
      Type: 'Choice',
      Choices: [
        { ...status('InService'), Next: 'Look back' },
        { Variable: '$.waited.looks', NumericGreaterThanEquals: LOOKS, Next: 'The endpoint did not come' },
        { Or: [status('Creating'), status('Deleting')], Next: 'Wait for the endpoint' },
      ],
      Default: 'The endpoint did not come',
    },
    'Wait for the endpoint': { Type: 'Wait', Seconds: LOOK_EVERY_SECONDS, Next: 'Count the look' },
    'Count the look': {
      Type: 'Pass',
      Parameters: { 'looks.$': 'States.MathAdd($.waited.looks, 1)' },
      ResultPath: '$.waited',
      Next: 'Look for the endpoint',
    },
    'The endpoint did not come': {
      Type: 'Pass',
      Parameters: {
        Error: 'EndpointNotReady',
        'Cause.$': "States.Format('the endpoint is {} after {} looks', $.endpoint.status, $.waited.looks)",
      },
      ResultPath: '$.problem',
      Next: end,
    },
  } satisfies Record<string, State>;
}

function deletion(endpoint: { name: string }, service: Service): Record<string, State> {
  return {
    'Delete the endpoint': {
      Type: 'Task',
      Resource: service('aws-sdk:sagemaker:deleteEndpoint'),
      Parameters: { EndpointName: endpoint.name },
      ResultPath: null,
      Retry: retry(5),
      // Nothing to delete is no new problem when there was one already; otherwise it is one.
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.deletion', Next: 'Was there anything to delete?' }],
      Next: 'Did all go well?',
    },
    'Was there anything to delete?': {
      Type: 'Choice',
      Choices: [
        {
          Or: [
            { Variable: '$.problem', IsPresent: true },
            // No shards: no endpoint was made.
            { Not: { Variable: '$.waited', IsPresent: true } },
          ],
          Next: 'Did all go well?',
        },
      ],
      Default: 'The endpoint was not deleted',
    },
    'The endpoint was not deleted': failure('EndpointNotDeleted', '$.deletion'),
  };
}
