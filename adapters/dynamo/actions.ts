/** Actions of users: one item per user, day and request: `p` packed actions, `s` source. Every byte is billed. */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { type Action, compareActions } from '../../core/actions/action.ts';
import { packActions, Unpackable, unpackActions } from '../../core/actions/packing.ts';
import type { ActionChunk, ActionStore, StoredActionDetail } from '../../core/ports/actions.ts';
import type { Clock } from '../../core/ports/surroundings.ts';
import type { Day } from '../../core/time.ts';
import { orBusy } from '../busy.ts';
import type { DynamoClient } from './client.ts';
import { DamagedItem } from './errors.ts';
import { queryPages } from './query.ts';

/** DynamoDB takes 400 KB an item, names and some bytes for structure included. */
const ITEM_BYTES = 350_000;
/** Numbers and lengths of one action: an upper bound of what it takes besides its texts. */
const ACTION_BYTES = 80;

export function createActionStore(client: DynamoClient, prefix: string, clock: Clock): ActionStore {
  const table = `${prefix}Actions`;

  const putItem = async (chunk: ActionChunk, dayChunk: string, actions: Action[]): Promise<boolean> => {
    const item = {
      user: chunk.user,
      dayChunk,
      p: packActions(actions),
      ...(chunk.source !== undefined && { s: chunk.source }),
      ...(chunk.request !== undefined && { r: chunk.request }),
      ...(chunk.expires !== undefined && { expires: chunk.expires }),
    };
    const put = new PutCommand({ TableName: table, Item: item, ReturnValues: 'ALL_OLD' });
    const { Attributes: old } = await orBusy(client.send(put));
    return old !== undefined;
  };

  return {
    async put(chunk) {
      let repeated = chunk.actions.length > 0;
      for (const [index, actions] of splitBySize(chunk.actions).entries()) {
        const suffix = index === 0 ? '' : `~${index}`;
        const known = await putItem(chunk, `${chunk.day}#${chunk.chunk}${suffix}`, actions);
        repeated &&= known;
      }
      return { repeated };
    },

    async read(user, range = {}) {
      if (range.from !== undefined && range.to !== undefined && range.from > range.to) return [];
      const now = clock() / 1_000;
      const actions: StoredActionDetail[] = [];
      for await (const items of queryPages(client, { TableName: table, ...keyCondition(user, range) })) {
        for (const item of items) {
          // Deletion comes up to days after `expires`.
          if (typeof item.expires === 'number' && item.expires <= now) continue;
          for (const action of unpack(table, item)) actions.push(action);
        }
      }
      return onePerId(actions.sort(compareActions));
    },
  };
}

/** Days compare as text, and `#` (0x23) is followed by `$`: `day$` lies behind every chunk of a day. */
function keyCondition(user: string, { from, to }: { from?: Day; to?: Day }) {
  const names = { '#user': 'user' };
  if (from === undefined && to === undefined) {
    return {
      KeyConditionExpression: '#user = :user',
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: { ':user': user },
    };
  }
  return {
    KeyConditionExpression: '#user = :user AND dayChunk BETWEEN :from AND :to',
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: { ':user': user, ':from': `${from ?? ''}#`, ':to': `${to ?? '~'}$` },
  };
}

/** Parts that fit into an item each: nearly always one. The same actions always give the same parts. */
function splitBySize(actions: Action[]): Action[][] {
  const parts: Action[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const action of actions) {
    const size = ACTION_BYTES + Buffer.byteLength(action.word) + Buffer.byteLength(action.id);
    if (bytes + size > ITEM_BYTES) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)!.push(action);
    bytes += size;
  }
  return parts;
}

function unpack(table: string, item: Record<string, unknown>): StoredActionDetail[] {
  const { p: packed, s: source, r: request } = item;
  const fail = (what: string): never => {
    throw new DamagedItem(table, `${item.user} ${item.dayChunk}`, what);
  };
  if (!(packed instanceof Uint8Array)) return fail('p is not binary');
  if (source !== undefined && typeof source !== 'string') return fail('s is not a text');
  if (request !== undefined && typeof request !== 'string') return fail('r is not a text');
  try {
    const actions: StoredActionDetail[] = unpackActions(packed);
    for (const action of actions) {
      if (source !== undefined) action.source = source;
      if (request !== undefined) action.request = request;
    }
    return actions;
  } catch (error) {
    if (error instanceof Unpackable) return fail(`p is not packed actions: ${error.message}`);
    throw error;
  }
}

/** Retries that overlap leave an action in two chunks: the first in sequence order stands. */
function onePerId(sorted: StoredActionDetail[]): StoredActionDetail[] {
  const seen = new Set<string>();
  return sorted.filter(({ id }) => !seen.has(id) && seen.add(id));
}
