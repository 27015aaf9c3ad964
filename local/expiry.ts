/** Removes what is kept no longer: what S3's lifecycle rules and DynamoDB's time to live do on AWS. */
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createDynamoClient, type DynamoClient } from '../adapters/dynamo/client.ts';
import { removeExpiredItems } from '../adapters/dynamo/expiry.ts';
import type { ObjectStore } from '../core/ports/objects.ts';
import { fileRules } from '../core/retention.ts';
import { TABLES, type TableName } from '../core/tables.ts';
import type { Dependencies } from '../functions/wiring.ts';
import { every } from './every.ts';
import type { Scheduler } from './scheduler.ts';

const EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;

export interface ExpiryOptions {
  client: DynamoClient;
  /** Of the tables' names. */
  prefix: string;
  objects: Pick<ObjectStore, 'list'>;
  /** Folder of the objects. */
  folder: string;
  retentionDays: number | undefined;
  /** Epoch milliseconds. */
  now: number;
  stopped?: () => boolean;
}

/** Files by the time since they were written, and items past their `expires`. */
export async function removeExpired(options: ExpiryOptions): Promise<{ files: number; items: number }> {
  const { client, prefix, objects, folder, retentionDays, now, stopped = () => false } = options;
  let files = 0;
  for (const rule of fileRules(retentionDays)) {
    for (const name of await objects.list(rule.prefix)) {
      if (stopped()) break;
      const path = join(folder, name);
      const written = await stat(path).catch(() => undefined);
      if (!written || now - written.mtimeMs < rule.days * DAY_MS) continue;
      await rm(path, { force: true });
      files++;
    }
  }
  // Of actions that are kept for ever none expires, and there are many.
  const tables = (Object.keys(TABLES) as TableName[]).filter(
    (name) => name !== 'Actions' || retentionDays !== undefined,
  );
  let items = 0;
  for (const table of tables) items += await removeExpiredItems(client, prefix, table, { now, stopped });
  return { files, items };
}

/** @param warn told of a failure; it is tried again an hour later */
export function startExpiry(deps: Dependencies, folder: string, warn: (line: string) => void): Scheduler {
  const client = createDynamoClient();
  let stopping = false;
  const sweep = async () => {
    const { TABLE_PREFIX: prefix, RETENTION_DAYS: retentionDays } = deps.environment;
    const { objects } = deps;
    const now = deps.clock();
    await removeExpired({ client, prefix, objects, folder, retentionDays, now, stopped: () => stopping });
  };
  const schedule = every(EVERY_MS, sweep, ({ message }) =>
    warn(`what is kept no longer could not be removed (${message}); it is tried again in an hour`),
  );
  return {
    async stop() {
      stopping = true;
      await schedule.stop();
      client.destroy();
    },
  };
}
