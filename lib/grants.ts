/** Permissions of a function as statements of IAM. */

import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { TableName } from '../core/tables.ts';
import { allow } from './constructs/role.ts';
import type { Folder, Permissions } from './permissions.ts';
import type { DataStack } from './stacks/data.ts';

/**
 * The statements of a function, and why some of them name folders instead of files.
 * @param mayAsk for those that ask the model
 */
export function grantsFor(permissions: Permissions, data: DataStack, mayAsk: PolicyStatement | undefined) {
  const bucket = `arn:${data.partition}:s3:::${data.objects}`;
  const files = (folders: Folder[] = []) => folders.map((folder) => `${bucket}/${folder}/*`);
  const tables = Object.entries(permissions.tables).map(([table, verbs]) =>
    allow(
      verbs.map((verb) => `dynamodb:${verb}`),
      [data.tables[table as TableName].tableArn],
    ),
  );
  const others: [string, string[]][] = [
    ['dynamodb:Query', permissions.usersByShard ? [`${data.tables.Users.tableArn}/index/byShard`] : []],
    ['dynamodb:Query', permissions.outboxByList ? [`${data.tables.Outbox.tableArn}/index/byList`] : []],
    ['s3:GetObject', files(permissions.reads)],
    ['s3:PutObject', files(permissions.writes)],
    ['s3:DeleteObject', files(permissions.removes)],
    // Not held to a prefix: S3 answers 404 for a missing file only to who may list without that condition.
    ['s3:ListBucket', permissions.reads ? [bucket] : []],
    // Keys of requests and pseudonyms of users both hang on the pepper.
    [
      'secretsmanager:GetSecretValue',
      permissions.needsNothing || permissions.needsNoSecret ? [] : [data.secret.secretArn],
    ],
  ];
  const folders = new Set([
    ...(permissions.reads ?? []),
    ...(permissions.writes ?? []),
    ...(permissions.removes ?? []),
  ]);
  return {
    may: [
      ...tables,
      ...others.flatMap(([action, on]) => (on.length > 0 ? [allow([action], on)] : [])),
      ...(permissions.asksModel && mayAsk ? [mayAsk] : []),
    ],
    wildcards: [...folders].map((folder) => ({
      resource: `${bucket}/${folder}/*`,
      reason: `Files of ${folder}/ are named by day and version, and come and go.`,
    })),
  };
}
