/** The rows of Users that merges and consents write. */
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { MAX_LINKED } from '../../core/identity/merge.ts';
import type { MergedUsers } from '../../core/ports/users.ts';
import { orBusy } from '../busy.ts';
import type { DynamoClient } from './client.ts';
import { DamagedItem } from './errors.ts';
import { fieldsOf } from './fields.ts';
import { updateIf } from './update.ts';
import { consentOf, linkedOf } from './user-rows.ts';

/** Clients say the same consent with every event: its time is written at most this often, milliseconds. */
const REPEATED_MS = 3_600_000;

export function createMergedUsers(client: DynamoClient, prefix: string): MergedUsers {
  const table = `${prefix}Users`;

  const read = async (user: string, attributes: string, consistent: boolean) => {
    const get = new GetCommand({
      TableName: table,
      Key: { user },
      ProjectionExpression: attributes,
      ConsistentRead: consistent,
    });
    return (await orBusy(client.send(get))).Item;
  };

  return {
    async identityOf(given) {
      for (let user = given, hops = 0; hops <= MAX_LINKED; hops++) {
        const item = await read(user, 'mergedInto, linked', false);
        if (!item) return { user, linked: [] };
        const fields = fieldsOf(table, user, item);
        if (!fields.has('mergedInto')) return { user, linked: linkedOf(item, fields) };
        user = fields.text('mergedInto');
      }
      throw new DamagedItem(table, given, 'mergedInto leads round in a circle');
    },

    async adopt(user, ids, encryptedId) {
      const adopted = await updateIf(client, {
        TableName: table,
        Key: { user },
        // The forecast knows nothing of the others: a new revision has the next run make another.
        UpdateExpression: 'SET encryptedId = if_not_exists(encryptedId, :id) ADD linked :ids, revision :one',
        ConditionExpression: 'attribute_not_exists(mergedInto)',
        ExpressionAttributeValues: { ':id': encryptedId(), ':ids': new Set(ids), ':one': 1 },
      });
      if (adopted) return undefined;
      const item = await read(user, 'mergedInto', true);
      return item && fieldsOf(table, user, item).text('mergedInto');
    },

    async bury(user, into) {
      const update = new UpdateCommand({
        TableName: table,
        Key: { user },
        // Without `shard` the row is in no index. The days stay, for a merge that is repeated.
        UpdateExpression:
          'SET mergedInto = :into REMOVE #shard, linked, encryptedId, forecast, originDay, modelVersion, ' +
          'forecastRevision, lastActionAt',
        ExpressionAttributeNames: { '#shard': 'shard' },
        ExpressionAttributeValues: { ':into': into },
        ReturnValues: 'ALL_OLD',
      });
      const { Attributes: old } = await orBusy(client.send(update));
      if (!old) return {};
      const fields = fieldsOf(table, user, old);
      const consent = consentOf(old, fields);
      return {
        ...(fields.has('firstActionDay') && {
          days: { first: fields.day('firstActionDay'), last: fields.day('lastActionDay') },
        }),
        ...(consent && { consent }),
      };
    },

    async noteConsent(given, consent, encryptedId) {
      for (let user = given, hops = 0; hops <= MAX_LINKED; hops++) {
        const item = (await read(user, 'mergedInto, consentAt, consent', false)) ?? {};
        const fields = fieldsOf(table, user, item);
        if (fields.has('mergedInto')) {
          user = fields.text('mergedInto');
          continue;
        }
        const known = consentOf(item, fields);
        if (known && (known.at >= consent.at || (isSame(known, consent) && consent.at < known.at + REPEATED_MS)))
          return;
        const { at, ...said } = consent;
        const noted = await updateIf(client, {
          TableName: table,
          Key: { user },
          UpdateExpression: 'SET consent = :said, consentAt = :at, encryptedId = if_not_exists(encryptedId, :id)',
          ConditionExpression:
            'attribute_not_exists(mergedInto) AND (attribute_not_exists(consentAt) OR consentAt < :at)',
          ExpressionAttributeValues: { ':said': said, ':at': at, ':id': encryptedId() },
        });
        // Else a later one came meanwhile, or a merge: the next event says it again.
        if (noted) return;
      }
    },
  };
}

function isSame(a: { marketing?: boolean; analytics?: boolean }, b: typeof a): boolean {
  return a.marketing === b.marketing && a.analytics === b.analytics;
}
