/**
 * Links between ids, one item an id: `leadsTo` says whom it was merged into, `members` who was merged into it, so that a
 * link is known in both directions. The writes are conditional on what was read; see core/identity/merge.ts.
 */
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { LinkStore } from '../../core/ports/users.ts';
import { orBusy } from '../busy.ts';
import type { DynamoClient } from './client.ts';
import { fieldsOf } from './fields.ts';
import { updateIf } from './update.ts';

export function createLinkStore(client: DynamoClient, prefix: string): LinkStore {
  const table = `${prefix}Links`;
  /** Nobody claimed anything of the id since it was read, and it leads nowhere. */
  const unchanged = (claims: number) =>
    claims === 0
      ? { ConditionExpression: 'attribute_not_exists(leadsTo) AND attribute_not_exists(claims)', values: {} }
      : { ConditionExpression: 'attribute_not_exists(leadsTo) AND claims = :claims', values: { ':claims': claims } };

  return {
    async get(id) {
      const get = new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true });
      const { Item: item } = await orBusy(client.send(get));
      if (!item) return { id, done: false, members: [], claims: 0 };
      const fields = fieldsOf(table, id, item);
      return {
        id,
        ...(fields.has('leadsTo') && { to: fields.text('leadsTo') }),
        done: item.done === true,
        members: item.members instanceof Set ? ([...item.members] as string[]).sort() : [],
        claims: fields.has('claims') ? fields.whole('claims') : 0,
      };
    },

    claim({ id, claims }, ids) {
      const { values, ...condition } = unchanged(claims);
      return updateIf(client, {
        TableName: table,
        Key: { id },
        UpdateExpression: 'ADD members :ids, claims :one',
        ...condition,
        ExpressionAttributeValues: { ...values, ':ids': new Set(ids), ':one': 1 },
      });
    },

    commit({ id, claims }, to) {
      const { values, ...condition } = unchanged(claims);
      return updateIf(client, {
        TableName: table,
        Key: { id },
        UpdateExpression: 'SET leadsTo = :to',
        ...condition,
        ExpressionAttributeValues: { ...values, ':to': to },
      });
    },

    async finish(id) {
      await updateIf(client, {
        TableName: table,
        Key: { id },
        UpdateExpression: 'SET done = :true',
        // Not for one that was erased meanwhile.
        ConditionExpression: 'attribute_exists(leadsTo)',
        ExpressionAttributeValues: { ':true': true },
      });
    },
  };
}
