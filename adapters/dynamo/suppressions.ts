/**
 * The list of suppressed users, as digests: 256 items of the Erasures table by the first byte, and one with a version
 * that rises with every change. A process reads the version again after `freshMs`, and an item only when it changed,
 * so that a shop that suppressed nobody pays one read for all requests of that time.
 */
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { SuppressionStore } from '../../core/ports/suppressions.ts';
import type { Clock } from '../../core/ports/surroundings.ts';
import { orBusy } from '../busy.ts';
import type { DynamoClient } from './client.ts';

const LIST = 'suppressed';

export function createSuppressionStore(
  client: DynamoClient,
  prefix: string,
  digest: (user: string) => string,
  { clock, freshMs }: { clock: Clock; freshMs: number },
): SuppressionStore {
  const table = `${prefix}Erasures`;
  let version: { at: number; value: Promise<number> } | undefined;
  const parts = new Map<string, { version: number; digests: Promise<Set<string>> }>();

  const read = async (id: string) =>
    (await orBusy(client.send(new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true })))).Item;

  const currentVersion = (): Promise<number> => {
    const now = clock();
    if (version && now - version.at < freshMs) return version.value;
    const asked = { at: now, value: read(LIST).then((item) => Number(item?.version ?? 0)) };
    version = asked;
    asked.value.catch(() => {
      if (version === asked) version = undefined;
    });
    return asked.value;
  };

  const partOf = async (first: string, current: number): Promise<Set<string>> => {
    const known = parts.get(first);
    if (known?.version === current) return known.digests;
    const digests = read(`${LIST}#${first}`).then((item) => (item?.digests ?? new Set()) as Set<string>);
    const part = { version: current, digests };
    parts.set(first, part);
    digests.catch(() => {
      if (parts.get(first) === part) parts.delete(first);
    });
    return digests;
  };

  const change = async (verb: 'ADD' | 'DELETE', digests: readonly string[]): Promise<void> => {
    for (const [first, of] of Map.groupBy(digests, (one) => one.slice(0, 2))) {
      const update = new UpdateCommand({
        TableName: table,
        Key: { id: `${LIST}#${first}` },
        UpdateExpression: `${verb} digests :digests`,
        ExpressionAttributeValues: { ':digests': new Set(of) },
      });
      await orBusy(client.send(update));
    }
    // After the items: who reads the new version reads what belongs to it, or what is newer.
    const rise = new UpdateCommand({
      TableName: table,
      Key: { id: LIST },
      UpdateExpression: 'ADD version :one',
      ExpressionAttributeValues: { ':one': 1 },
    });
    if (digests.length > 0) await orBusy(client.send(rise));
    version = undefined;
  };

  return {
    async has(user) {
      const current = await currentVersion();
      if (current === 0) return false;
      const own = digest(user);
      return (await partOf(own.slice(0, 2), current)).has(own);
    },
    add: (digests) => change('ADD', digests),
    remove: (digests) => change('DELETE', digests),
  };
}
