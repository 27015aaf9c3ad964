/** Serves the links that adapters/downloads.ts makes for a local system, as S3 does on AWS. */
import { openLocalLink } from '../adapters/downloads.ts';
import type { ObjectStore } from '../core/ports/objects.ts';
import { gatewayReply, type Reply } from './gateway.ts';

/** @returns undefined for a path that is no download's */
export function createLocalDownloads(
  objects: ObjectStore,
  pepper: string,
): (path: string) => Promise<Reply | undefined> {
  return async (path) => {
    if (!path.startsWith('/downloads/')) return undefined;
    const claim = openLocalLink(path, pepper, Date.now());
    const body = claim && (await objects.get(claim.name));
    if (!claim || !body) return gatewayReply(403, 'Forbidden');
    return {
      status: 200,
      headers: {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="${claim.fileName}"`,
        'cache-control': 'no-store',
      },
      body: Buffer.from(body),
    };
  };
}

/** Removes what was left for download: links of an earlier start are over, or nearly so. */
export async function removeDownloads(objects: ObjectStore): Promise<void> {
  for (const name of await objects.list('downloads/')) await objects.remove(name);
}
