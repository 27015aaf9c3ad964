/** Permissions of a function as statements of IAM. */

import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { TableName } from '../core/tables.ts';
import { allow } from './constructs/role.ts';
import type { Folder, Permissions } from './permissions.ts';
import type { DataStack } from './stacks/data.ts';

/** ARNs of what other stacks than the data's hold, for functions that reach it. */
interface Elsewhere {
  bus?: string;
  header?: string;
  distribution?: string;
  webAcl?: string;
}

/**
 * The statements of a function, and why some of them name folders instead of files.
 * @param mayAsk for those that ask the model
 */
export function grantsFor(
  permissions: Permissions,
  data: DataStack,
  mayAsk: PolicyStatement[] | undefined,
  elsewhere: Elsewhere = {},
) {
  const bucket = `arn:${data.partition}:s3:::${data.objects}`;
  const files = (folders: Folder[] = []) => folders.map((folder) => `${bucket}/${folder}/*`);
  const verbs = (service: string, names: readonly string[] = []) => names.map((name) => `${service}:${name}`);
  const tables = Object.entries(permissions.tables).map(([table, names]): [string[], string[]] => [
    verbs('dynamodb', names),
    [data.tables[table as TableName].tableArn],
  ]);
  const knowsPepper = !permissions.needsNothing && !permissions.needsNoSecret;
  const { distribution } = permissions;
  const others: [string[], (string | undefined)[]][] = [
    [['dynamodb:Query'], permissions.usersByShard ? [`${data.tables.Users.tableArn}/index/byShard`] : []],
    [['dynamodb:Query'], permissions.outboxByList ? [`${data.tables.Outbox.tableArn}/index/byList`] : []],
    [['s3:GetObject'], files(permissions.reads)],
    [['s3:PutObject'], files(permissions.writes)],
    [['s3:DeleteObject'], files(permissions.removes)],
    // Not held to a prefix: S3 answers 404 for a missing file only to who may list without that condition.
    [['s3:ListBucket'], permissions.reads ? [bucket] : []],
    // Keys of requests and pseudonyms of users both hang on the pepper.
    [['secretsmanager:GetSecretValue'], knowsPepper ? [data.secret.secretArn] : []],
    [verbs('secretsmanager', permissions.header), [elsewhere.header]],
    [verbs('cloudfront', distribution), [elsewhere.distribution]],
    [distribution ? ['wafv2:GetWebACL'] : [], [elsewhere.webAcl]],
    [permissions.publishes ? ['events:PutEvents'] : [], [elsewhere.bus]],
  ];
  const folders = new Set([
    ...(permissions.reads ?? []),
    ...(permissions.writes ?? []),
    ...(permissions.removes ?? []),
  ]);
  return {
    may: [
      ...[...tables, ...others].flatMap(([actions, on]) =>
        actions.length > 0 && on.length > 0 ? [allow(actions, on.map(known))] : [],
      ),
      ...keysFor(permissions, data, knowsPepper),
      ...(permissions.asksModel && mayAsk ? mayAsk : []),
    ],
    wildcards: [...folders].map((folder) => ({
      resource: `${bucket}/${folder}/*`,
      reason: `Files of ${folder}/ are named by day and version, and come and go.`,
    })),
  };
}

/** The keys that what it reads and writes lies under. DynamoDB asks for `Decrypt` alone, for writes too. */
function keysFor({ tables, reads, writes, header }: Permissions, { keys }: DataStack, knowsPepper: boolean) {
  const { users, secrets } = keys;
  const readsTables = Object.keys(tables).length > 0;
  return [
    ...(readsTables ? [keys.use(users, ['Decrypt'], 'dynamodb')] : []),
    ...(reads ? [keys.use(users, ['Decrypt'], 's3')] : []),
    ...(writes ? [keys.use(users, ['GenerateDataKey'], 's3')] : []),
    ...(knowsPepper || header ? [keys.use(secrets, ['Decrypt'], 'secretsmanager')] : []),
    ...(header?.includes('PutSecretValue') ? [keys.use(secrets, ['GenerateDataKey'], 'secretsmanager')] : []),
  ];
}

function known(arn: string | undefined): string {
  if (arn === undefined) throw new Error('a function may reach what its stack did not name');
  return arn;
}
