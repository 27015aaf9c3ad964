/** The object store on AWS: a bucket, or the part of one below a prefix. */
import type { S3Client } from '@aws-sdk/client-s3';
import type { ObjectStore } from '../core/ports/objects.ts';
import { orBusy } from './busy.ts';

type Sdk = typeof import('@aws-sdk/client-s3');

const CLIENT = {
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
};

/** @param prefix empty, or ending with `/` */
export function createBucketObjects(bucket: string, prefix: string): ObjectStore {
  let loaded: Promise<{ sdk: Sdk; client: S3Client }> | undefined;
  /** The client is loaded with its first use: most functions need none. */
  const load = () => {
    loaded ??= import('@aws-sdk/client-s3').then((sdk) => ({ sdk, client: new sdk.S3Client(CLIENT) }));
    return loaded;
  };
  const at = (name: string) => ({ Bucket: bucket, Key: `${prefix}${name}` });
  return {
    async put(name, body) {
      const { sdk, client } = await load();
      await orBusy(client.send(new sdk.PutObjectCommand({ ...at(name), Body: body })));
    },

    async get(name) {
      const { sdk, client } = await load();
      try {
        const { Body: body } = await orBusy(client.send(new sdk.GetObjectCommand(at(name))));
        return body && (await orBusy(body.transformToByteArray()));
      } catch (error) {
        if ((error as Error).name === 'NoSuchKey') return undefined;
        throw error;
      }
    },

    async list(within) {
      const { sdk, client } = await load();
      const names: string[] = [];
      let from: string | undefined;
      do {
        const list = new sdk.ListObjectsV2Command({
          Bucket: bucket,
          Prefix: `${prefix}${within}`,
          ContinuationToken: from,
        });
        const page: import('@aws-sdk/client-s3').ListObjectsV2CommandOutput = await orBusy(client.send(list));
        for (const { Key: key } of page.Contents ?? []) if (key) names.push(key.slice(prefix.length));
        from = page.NextContinuationToken;
      } while (from);
      return names;
    },

    async remove(name) {
      const { sdk, client } = await load();
      await orBusy(client.send(new sdk.DeleteObjectCommand(at(name))));
    },
  };
}
