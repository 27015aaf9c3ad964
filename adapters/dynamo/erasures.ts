/**
 * Requests of privacy in the Erasures table: `regulation#ID`, its users in parts `regulation#ID#N` while it waits,
 * `erased#DIGEST` for every user that was erased, `waiting` and `lease`.
 */
import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { ErasureStore } from '../../core/erasure/ports.ts';
import type { Regulation } from '../../core/erasure/regulation.ts';
import { orBusy } from '../busy.ts';
import type { DynamoClient } from './client.ts';
import { fieldsOf } from './fields.ts';
import { scanItems } from './scan.ts';
import { updateIf } from './update.ts';

const WAITING = 'waiting';
const LEASE = 'lease';
const ERASED = 'erased#';
/** A pseudonym has 32 bytes, an item 400 KB. */
const USERS_OF_A_PART = 10_000;
const BYTES = 32;

export function createErasureStore(client: DynamoClient, prefix: string): ErasureStore {
  const table = `${prefix}Erasures`;
  const keyOf = (id: string) => `regulation#${id}`;
  const read = async (id: string) =>
    (await orBusy(client.send(new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true })))).Item;
  const write = async (item: Record<string, unknown>) => {
    await orBusy(client.send(new PutCommand({ TableName: table, Item: item })));
  };
  const remove = async (id: string) => {
    await orBusy(client.send(new DeleteCommand({ TableName: table, Key: { id } })));
  };
  const put = (regulation: Regulation) => write({ id: keyOf(regulation.id), value: JSON.stringify(regulation) });
  const changeWaiting = async (verb: 'ADD' | 'DELETE', id: string) => {
    const update = new UpdateCommand({
      TableName: table,
      Key: { id: WAITING },
      UpdateExpression: `${verb} ids :id`,
      ExpressionAttributeValues: { ':id': new Set([id]) },
    });
    await orBusy(client.send(update));
  };

  /** The first part last: it says how many there are. */
  const putUsers = async (id: string, users: readonly string[]) => {
    const parts = Math.max(1, Math.ceil(users.length / USERS_OF_A_PART));
    for (let part = parts - 1; part >= 0; part--) {
      const of = users.slice(part * USERS_OF_A_PART, (part + 1) * USERS_OF_A_PART);
      await write({ id: `${keyOf(id)}#${part}`, parts, users: Buffer.from(of.join(''), 'hex') });
    }
  };

  const partOf = async (id: string, part: number) => {
    const item = await read(`${keyOf(id)}#${part}`);
    if (!item) return { parts: 0, users: [] };
    const fields = fieldsOf(table, String(item.id), item);
    const hex = Buffer.from(fields.bytes('users')).toString('hex');
    const users = Array.from({ length: hex.length / (2 * BYTES) }, (_, n) =>
      hex.slice(n * 2 * BYTES, (n + 1) * 2 * BYTES),
    );
    return { parts: fields.whole('parts'), users };
  };

  return {
    put,
    putUsers,

    async begin(regulation, users) {
      await putUsers(regulation.id, users);
      await put(regulation);
      await changeWaiting('ADD', regulation.id);
    },

    async get(id) {
      const item = await read(keyOf(id));
      return item && (fieldsOf(table, keyOf(id), item).json('value') as Regulation);
    },

    async waiting() {
      const ids = (await read(WAITING))?.ids;
      return ids instanceof Set ? ([...ids] as string[]).sort() : [];
    },

    async users(id) {
      const { parts, users } = await partOf(id, 0);
      for (let part = 1; part < parts; part++) users.push(...(await partOf(id, part)).users);
      return users;
    },

    async finish(regulation) {
      const { parts } = await partOf(regulation.id, 0);
      await put(regulation);
      for (let part = parts - 1; part >= 0; part--) await remove(`${keyOf(regulation.id)}#${part}`);
      await changeWaiting('DELETE', regulation.id);
    },

    async noteErased(digest, note) {
      const update = new UpdateCommand({
        TableName: table,
        Key: { id: `${ERASED}${digest}` },
        UpdateExpression: `SET erasedAt = :at ADD regulations :id${note.with.length > 0 ? ', erasedWith :with' : ''}`,
        ExpressionAttributeValues: {
          ':at': note.at,
          ':id': new Set([note.regulation]),
          ...(note.with.length > 0 && { ':with': new Set(note.with) }),
        },
      });
      await orBusy(client.send(update));
    },

    async erased(digest) {
      const item = await read(`${ERASED}${digest}`);
      if (!item) return undefined;
      const texts = (value: unknown) => (value instanceof Set ? ([...value] as string[]).sort() : []);
      const at = fieldsOf(table, String(item.id), item).number('erasedAt');
      return { at, regulations: texts(item.regulations), with: texts(item.erasedWith) };
    },

    async erasedSince(at) {
      const digests = new Set<string>();
      for await (const { id, erasedAt } of scanItems(client, table, ['id', 'erasedAt']))
        if (typeof id === 'string' && id.startsWith(ERASED) && Number(erasedAt) >= at)
          digests.add(id.slice(ERASED.length));
      return digests;
    },

    takeLease: (holder, now, until) =>
      updateIf(client, {
        TableName: table,
        Key: { id: LEASE },
        UpdateExpression: 'SET holder = :holder, heldUntil = :until',
        ConditionExpression: 'attribute_not_exists(heldUntil) OR heldUntil < :now OR holder = :holder',
        ExpressionAttributeValues: { ':holder': holder, ':now': now, ':until': until },
      }),

    async dropLease(holder) {
      await updateIf(client, {
        TableName: table,
        Key: { id: LEASE },
        UpdateExpression: 'REMOVE holder, heldUntil',
        ConditionExpression: 'holder = :holder',
        ExpressionAttributeValues: { ':holder': holder },
      });
    },
  };
}
