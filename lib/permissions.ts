/** What each function may do, by table and verb: exactly the calls its code makes, nothing to spare. */
import type { TableName } from '../core/tables.ts';
import type { NightlyStep } from '../functions/nightly/steps.ts';
import type { FunctionName } from '../functions/routes.ts';
import { allow } from './constructs/role.ts';
import type { DataStack } from './stacks/data.ts';

type Verb = 'GetItem' | 'BatchGetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem';

export interface Permissions {
  tables: Partial<Record<TableName, Verb[]>>;
  /** Reads the index of Users. */
  usersByShard?: boolean;
  /** Folders of the bucket whose files it reads; it may also tell that a file is missing. */
  reads?: string[];
  writes?: string[];
  /** Asks the model endpoint. */
  asksModel?: boolean;
}

export const PERMISSIONS: Record<FunctionName | NightlyStep['name'], Permissions> = {
  ingest: {
    tables: { Actions: ['PutItem'], Users: ['GetItem', 'PutItem', 'UpdateItem'], Settings: ['GetItem'] },
  },
  timing: {
    tables: { Actions: ['Query'], Users: ['GetItem'], Runs: ['GetItem'], Settings: ['GetItem'] },
    reads: ['models', 'scores'],
    asksModel: true,
  },
  actions: { tables: { Actions: ['Query'], Users: ['GetItem'], Settings: ['GetItem'] } },
  audiences: {
    tables: { Users: ['BatchGetItem'], Runs: ['GetItem'], Settings: ['GetItem'] },
    reads: ['scores'],
  },
  overview: { tables: { Runs: ['GetItem'], Settings: ['GetItem'] }, reads: ['scores'] },
  health: { tables: { Settings: ['GetItem'] }, reads: ['models', 'health'] },
  plan: {
    tables: { Actions: ['Query'], Runs: ['GetItem', 'PutItem', 'Query', 'DeleteItem'], Settings: ['GetItem'] },
    usersByShard: true,
    reads: ['models'],
  },
  'score-shard': {
    tables: {
      Actions: ['Query'],
      Users: ['BatchGetItem', 'UpdateItem'],
      Runs: ['GetItem', 'PutItem'],
      Settings: ['GetItem'],
    },
    usersByShard: true,
    reads: ['models', 'scores'],
    writes: ['scores'],
    asksModel: true,
  },
  finish: {
    tables: { Runs: ['Query', 'GetItem', 'PutItem'], Settings: ['GetItem'] },
    reads: ['scores', 'models'],
    writes: ['scores'],
  },
};

/** The statements of a function, and why some of them name folders instead of files. */
export function grantsFor(permissions: Permissions, data: DataStack, endpointArn: string) {
  const bucket = `arn:${data.partition}:s3:::${data.objects}`;
  const files = (folders: string[] = []) => folders.map((folder) => `${bucket}/${folder}/*`);
  const tables = Object.entries(permissions.tables).map(([table, verbs]) =>
    allow(
      verbs.map((verb) => `dynamodb:${verb}`),
      [data.tables[table as TableName].tableArn],
    ),
  );
  const others: [string, string[]][] = [
    ['dynamodb:Query', permissions.usersByShard ? [`${data.tables.Users.tableArn}/index/byShard`] : []],
    ['s3:GetObject', files(permissions.reads)],
    ['s3:PutObject', files(permissions.writes)],
    // Without it S3 answers 403 instead of 404 for a file that is not there; a condition on the prefix would undo that.
    ['s3:ListBucket', permissions.reads ? [bucket] : []],
    ['sagemaker:InvokeEndpoint', permissions.asksModel ? [endpointArn] : []],
    // Keys of requests and pseudonyms of users both hang on the pepper.
    ['secretsmanager:GetSecretValue', [data.secret.secretArn]],
  ];
  const folders = new Set([...(permissions.reads ?? []), ...(permissions.writes ?? [])]);
  return {
    may: [...tables, ...others.flatMap(([action, on]) => (on.length > 0 ? [allow([action], on)] : []))],
    wildcards: [...folders].map((folder) => ({
      resource: `${bucket}/${folder}/*`,
      reason: `Files of ${folder}/ are named by day and version, and come and go.`,
    })),
  };
}
