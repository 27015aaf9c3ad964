/** A folder of this project in a bucket, copied there by a deployment. */
import { Stack, Validations } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type LogGroupProps } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { BucketDeployment, Source } from 'aws-cdk-lib/aws-s3-deployment';
import type { Construct } from 'constructs';
import { allow, argueWildcard, createFunctionRole } from './role.ts';

interface UploadProps {
  folder: string;
  /** Files that stay behind. */
  exclude?: string[];
  bucket: IBucket;
  /** Folder of the bucket; absent: all of it. */
  prefix?: string;
  /** The files outlive the stack. */
  keeps: boolean;
  /** Why the files are not named one by one. */
  wildcard: string;
  logs: LogGroupProps;
  /** What else the upload needs, as a key of the bucket's. */
  may?: PolicyStatement[];
}

/** What earlier deployments put there stays in any case. */
export function uploadFolder(scope: Construct, id: string, props: UploadProps): BucketDeployment {
  const { bucket, prefix } = props;
  const logGroup = new LogGroup(scope, `${id}Log`, props.logs);
  const asset = new Asset(scope, `${id}Asset`, { path: props.folder, exclude: props.exclude });
  const files = bucket.arnForObjects(prefix ? `${prefix}/*` : '*');
  const role = createFunctionRole(scope, `${id}Role`, logGroup, [
    allow(['s3:GetObject'], [asset.bucket.arnForObjects(asset.s3ObjectKey)]),
    allow(['s3:ListBucket'], [bucket.bucketArn]),
    allow(['s3:PutObject', 's3:AbortMultipartUpload', ...(props.keeps ? [] : ['s3:DeleteObject'])], [files]),
    ...(props.may ?? []),
  ]);
  argueWildcard(role, files, props.wildcard);
  const deployment = new BucketDeployment(scope, id, {
    sources: [Source.bucket(asset.bucket, asset.s3ObjectKey)],
    destinationBucket: bucket,
    destinationKeyPrefix: prefix,
    prune: false,
    retainOnDelete: props.keeps,
    memoryLimit: 1024,
    logGroup,
    // CDK would add wildcards of actions on the whole bucket and on every asset of the account.
    role: role.withoutPolicyUpdates(),
  });
  Validations.of(Stack.of(scope)).acknowledge({
    id: 'AwsSolutions-L1',
    reason: 'CDK itself chooses the runtime of its BucketDeployment; every function of this app is on the latest.',
  });
  return deployment;
}
