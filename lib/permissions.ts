/** What each function may do, by table and verb: exactly the calls its code makes, nothing to spare. */
import { USER_TABLES } from '../adapters/dynamo/user-items.ts';
import type { TableName } from '../core/tables.ts';
import type { NightlyStep } from '../functions/nightly/steps.ts';
import type { FunctionName } from '../functions/routes.ts';

export type Verb = 'GetItem' | 'BatchGetItem' | 'Query' | 'Scan' | 'PutItem' | 'UpdateItem' | 'DeleteItem';
export type HeaderVerb = 'DescribeSecret' | 'GetSecretValue' | 'PutSecretValue' | 'UpdateSecretVersionStage';
export type DistributionVerb = 'GetDistribution' | 'GetDistributionConfig' | 'UpdateDistribution';
/** Folders of the bucket. */
export type Folder =
  | 'training'
  | 'models'
  | 'catalogue'
  | 'scores'
  | 'warehouse'
  | 'audiences'
  | 'demand'
  | 'downloads'
  | 'health';

export interface Permissions {
  tables: Partial<Record<TableName, Verb[]>>;
  /** Queries the index of Users. */
  usersByShard?: boolean;
  /** Queries the index of Outbox. */
  outboxByList?: boolean;
  /** It may also list the bucket: a file that is not there is told from one that is forbidden by that only. */
  reads?: Folder[];
  writes?: Folder[];
  removes?: Folder[];
  /** Answers from its own code: not even the secret. */
  needsNothing?: boolean;
  /** Knows no user and checks no key. */
  needsNoSecret?: boolean;
  /** Asks the model: its endpoint or the scorer. */
  asksModel?: boolean;
  /** Tells the bus of window events. */
  publishes?: boolean;
  /** What it does with the secret header between CloudFront and the API. */
  header?: HeaderVerb[];
  /** What it does with the distribution that sends the header; who updates one must be let look at its web ACL. */
  distribution?: DistributionVerb[];
}

export type AnyFunction =
  | FunctionName
  | NightlyStep['name']
  | 'deliver'
  | 'erase'
  | 'scorer'
  | 'authorize'
  | 'rotate'
  | 'promotion'
  | 'training-export';

type Others = Exclude<AnyFunction, 'erase' | 'promotion' | 'training-export'>;

const others: Record<Others, Permissions> = {
  ingest: {
    tables: {
      Actions: ['PutItem'],
      Users: ['GetItem', 'UpdateItem'],
      Links: ['GetItem', 'UpdateItem'],
      Erasures: ['GetItem'],
      Settings: ['GetItem', 'Query'],
      Sources: ['PutItem'],
    },
    reads: ['catalogue'],
  },
  sources: {
    tables: { Settings: ['GetItem', 'PutItem', 'DeleteItem'], Sources: ['Query'] },
    reads: ['catalogue'],
    writes: ['catalogue'],
    removes: ['catalogue'],
  },
  timing: {
    tables: { Actions: ['Query'], Users: ['GetItem'], Runs: ['GetItem'], Settings: ['GetItem'] },
    reads: ['models', 'scores'],
    asksModel: true,
  },
  actions: { tables: { Actions: ['Query'], Users: ['GetItem'], Settings: ['GetItem'] } },
  profile: {
    tables: { Actions: ['Query'], Users: ['GetItem'], Runs: ['GetItem'], Settings: ['GetItem', 'Query'] },
    reads: ['scores'],
  },
  audiences: {
    tables: {
      Users: ['BatchGetItem'],
      Runs: ['GetItem'],
      Settings: ['GetItem', 'Query', 'PutItem', 'DeleteItem'],
    },
    reads: ['audiences', 'scores', 'downloads'],
    writes: ['audiences', 'downloads'],
    removes: ['audiences'],
  },
  bands: { tables: { Runs: ['GetItem'], Settings: ['GetItem', 'PutItem', 'DeleteItem'] } },
  events: {
    tables: { Users: ['BatchGetItem'], Settings: ['GetItem'] },
    outboxByList: true,
  },
  webhooks: {
    tables: { Settings: ['GetItem', 'Query', 'PutItem', 'DeleteItem'], Outbox: ['PutItem'] },
    outboxByList: true,
  },
  deliver: {
    tables: { Users: ['BatchGetItem'], Settings: ['Query'], Outbox: ['GetItem', 'PutItem'] },
    outboxByList: true,
    publishes: true,
  },
  overview: { tables: { Runs: ['GetItem'], Settings: ['GetItem', 'Query'] } },
  demand: { tables: { Runs: ['GetItem'], Settings: ['GetItem'] }, reads: ['demand'] },
  quality: { tables: { Runs: ['GetItem'], Settings: ['GetItem', 'Query'] }, reads: ['models'] },
  keys: { tables: { Settings: ['GetItem', 'PutItem', 'DeleteItem', 'Query'] } },
  regulations: { tables: { Erasures: ['GetItem', 'PutItem', 'UpdateItem'], Settings: ['GetItem'] } },
  health: { tables: { Settings: ['GetItem'] }, reads: ['models', 'health'] },
  openapi: { tables: {}, needsNothing: true },
  authorize: { tables: {}, needsNoSecret: true, header: ['GetSecretValue'] },
  rotate: {
    tables: {},
    needsNoSecret: true,
    header: ['DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'],
    distribution: ['GetDistribution', 'GetDistributionConfig', 'UpdateDistribution'],
  },
  scorer: { tables: { Settings: ['GetItem'] }, reads: ['models'], needsNoSecret: true },
  plan: {
    tables: {
      Actions: ['Query'],
      Users: ['GetItem'],
      Runs: ['GetItem', 'PutItem', 'Query'],
      Settings: ['GetItem', 'Query'],
    },
    usersByShard: true,
    reads: ['models'],
  },
  'look-back': {
    tables: {
      Actions: ['Query'],
      Users: ['GetItem'],
      Runs: ['GetItem', 'PutItem'],
      Settings: ['PutItem', 'Query'],
    },
    usersByShard: true,
    reads: ['models'],
    asksModel: true,
  },
  'score-shard': {
    tables: {
      Actions: ['Query'],
      Users: ['BatchGetItem', 'UpdateItem'],
      Runs: ['GetItem', 'PutItem'],
      Outbox: ['PutItem'],
    },
    usersByShard: true,
    reads: ['models', 'scores'],
    writes: ['scores', 'warehouse', 'demand'],
    asksModel: true,
  },
  finish: {
    tables: { Runs: ['GetItem', 'PutItem', 'Query'], Settings: ['GetItem', 'PutItem', 'DeleteItem', 'Query'] },
    usersByShard: true,
    reads: ['scores', 'audiences', 'demand'],
    writes: ['audiences', 'demand'],
    removes: ['scores', 'warehouse', 'audiences', 'demand'],
  },
};

/** Every folder that somebody writes into may hold users. */
const writtenFolders = [...new Set(Object.values(others).flatMap(({ writes = [] }) => writes))];

export const PERMISSIONS: Record<AnyFunction, Permissions> = {
  ...others,
  // What these write knows no user: weights, and sequences of integers.
  promotion: {
    tables: {
      Actions: ['Query'],
      Users: ['GetItem'],
      Settings: ['GetItem', 'PutItem', 'Query'],
    },
    usersByShard: true,
    reads: ['models', 'training'],
    writes: ['models'],
  },
  'training-export': {
    tables: { Actions: ['Query'], Users: ['GetItem'], Settings: ['GetItem'] },
    usersByShard: true,
    reads: ['models'],
    writes: ['training'],
  },
  erase: {
    tables: {
      ...Object.fromEntries(
        USER_TABLES.map(({ table }): [TableName, Verb[]] => [table, ['Query', 'Scan', 'DeleteItem']]),
      ),
      Links: ['GetItem', 'Query', 'Scan', 'DeleteItem'],
      Runs: ['GetItem', 'PutItem'],
      Erasures: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Scan'],
    },
    reads: writtenFolders,
    writes: writtenFolders,
    removes: ['audiences', 'demand'],
  },
};
