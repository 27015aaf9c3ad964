/**
 * The nightly run as a state machine, in Amazon States Language:
 *
 *     plan ─▶ [endpoint: look, create, wait] ─▶ look-back ─▶ score-shard × N ─▶ finish ─▶ [delete the endpoint] ─▶ done or failed
 *
 * Whatever fails, every way ends at the deletion of the endpoint, which costs by the hour, unless it is always there.
 */
import { NIGHTLY_CONCURRENCY, NIGHTLY_STEPS, type NightlyStep } from '../../functions/nightly/steps.ts';
import { type EndpointParts, endpointStates } from './endpoint.ts';
import { caught, type Definition, failure, retry, type Service, type State } from './states.ts';

export interface DefinitionParts {
  partition: string;
  /** ARNs. */
  functions: Record<NightlyStep['name'], string>;
  /** Absent: a Lambda scores. */
  endpoint?: EndpointParts;
  /** After this the run stops where it is. */
  timeoutSeconds: number;
}

export function nightlyDefinition(parts: DefinitionParts): Definition {
  const service = (name: string) => `arn:${parts.partition}:states:::${name}`;
  const end = parts.endpoint && !parts.endpoint.stays ? 'Delete the endpoint' : 'Did all go well?';

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
        ResultSelector: {
          'day.$': '$.Payload.day',
          'shards.$': '$.Payload.missing',
          'modelVersion.$': '$.Payload.modelVersion',
        },
        ResultPath: '$.plan',
        Catch: caught('Did all go well?'),
        Next: 'Is there anyone to score?',
      },
      'Is there anyone to score?': {
        Type: 'Choice',
        Choices: [
          {
            Variable: '$.plan.shards[0]',
            IsPresent: true,
            Next: parts.endpoint ? 'Begin to look' : 'Look back',
          },
        ],
        Default: 'Finish',
      },
      ...(parts.endpoint && endpointStates(parts.endpoint, service, 'Look back', end)),
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
