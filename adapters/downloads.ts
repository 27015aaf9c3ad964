/** Links to files of the object store that need no key: for a few minutes, to whoever has the link. */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Downloads } from '../core/ports/objects.ts';
import type { Clock } from '../core/ports/surroundings.ts';

/** How long a link holds, seconds: for the browser that was just sent there. */
export const LINK_SECONDS = 300;
/** Where a local system serves them. */
export const LOCAL_DOWNLOADS = '/downloads/';

/**
 * @param address as createObjectStore takes it
 * @param pepper what local links are signed with; S3's are signed with the function's own credentials
 */
export function createDownloads(address: string, pepper: string, clock: Clock): Downloads {
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/?(.*?)\/?$/.exec(address) ?? [];
  if (bucket) return createBucketDownloads(bucket, prefix ? `${prefix}/` : '');
  return {
    async link(name, fileName) {
      const claim = { name, fileName, until: clock() + LINK_SECONDS * 1000 };
      const text = Buffer.from(JSON.stringify(claim)).toString('base64url');
      return `${LOCAL_DOWNLOADS}${text}.${signature(pepper, text)}`;
    },
  };
}

/** What a local link leads to; undefined for one that was changed, or whose time is over. */
export function openLocalLink(
  path: string,
  pepper: string,
  now: number,
): { name: string; fileName: string } | undefined {
  const [, text, signed] = /^\/downloads\/([\w-]+)\.([\w-]+)$/.exec(path) ?? [];
  if (!text || !signed) return undefined;
  const [given, right] = [Buffer.from(signed), Buffer.from(signature(pepper, text))];
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
  const claim: { name: string; fileName: string; until: number } = JSON.parse(
    Buffer.from(text, 'base64url').toString('utf8'),
  );
  return now < claim.until ? claim : undefined;
}

function signature(pepper: string, text: string): string {
  const key = new Uint8Array(hkdfSync('sha256', pepper, '', 'buy-timing downloads 1', 32));
  return createHmac('sha256', key).update(text).digest('base64url');
}

/** The SDK is loaded with the first link: few calls need one. */
function createBucketDownloads(bucket: string, prefix: string): Downloads {
  return {
    async link(name, fileName) {
      const [{ GetObjectCommand, S3Client }, { getSignedUrl }] = await Promise.all([
        import('@aws-sdk/client-s3'),
        import('@aws-sdk/s3-request-presigner'),
      ]);
      const command = new GetObjectCommand({
        Bucket: bucket,
        Key: `${prefix}${name}`,
        ResponseContentType: 'text/csv; charset=utf-8',
        ResponseContentDisposition: `attachment; filename="${fileName}"`,
      });
      return getSignedUrl(new S3Client({}), command, { expiresIn: LINK_SECONDS });
    },
  };
}
