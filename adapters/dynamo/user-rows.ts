/** A row of Users as the record it stands for. */
import type { Consent, UserRecord } from '../../core/ports/users.ts';
import { unpackFacts } from '../../core/profiles/facts.ts';
import { type Fields, fieldsOf } from './fields.ts';

type Item = Record<string, unknown>;

/** 0…255: the first byte of the pseudonym, which is a hash already. @throws RangeError for no pseudonym */
export function shardOf(user: string): number {
  const shard = Number.parseInt(user.slice(0, 2), 16);
  if (!/^[0-9a-f]{2}/.test(user)) throw new RangeError('a user is named by a pseudonym in hex');
  return shard;
}

/** False for a merged user, and for one of whom only a link or a consent is known so far. */
export function hasActed(item: Item): boolean {
  return item.mergedInto === undefined && item.firstActionDay !== undefined;
}

export function toRecord(table: string, item: Item): UserRecord {
  const fields = fieldsOf(table, String(item.user), item);
  const record: UserRecord = {
    user: fields.text('user'),
    shard: fields.whole('shard'),
    firstActionDay: fields.day('firstActionDay'),
    lastActionDay: fields.day('lastActionDay'),
    revision: fields.whole('revision'),
    encryptedId: fields.bytes('encryptedId'),
  };
  // A forecast of before facts were kept is made anew.
  if (fields.has('forecast') && fields.has('facts')) {
    record.forecast = {
      packed: fields.bytes('forecast'),
      originDay: fields.day('originDay'),
      modelVersion: fields.text('modelVersion'),
      revision: fields.whole('forecastRevision'),
      lastActionAt: fields.number('lastActionAt'),
      facts: unpackFacts(fields.text('facts')) ?? fields.fail('facts cannot be read'),
    };
  }
  const linked = linkedOf(item, fields);
  if (linked.length > 0) record.linked = linked;
  const consent = consentOf(item, fields);
  if (consent) record.consent = consent;
  return record;
}

/** Ids merged into the user, in order. */
export function linkedOf(item: Item, fields: Fields): string[] {
  if (item.linked === undefined) return [];
  return item.linked instanceof Set ? ([...item.linked] as string[]).sort() : fields.fail('linked is not a set');
}

export function consentOf(item: Item, fields: Fields): Consent | undefined {
  if (!fields.has('consentAt')) return undefined;
  const { consent } = item;
  if (typeof consent !== 'object' || consent === null) return fields.fail('consent is not a map');
  const { marketing, analytics } = consent as Record<string, unknown>;
  return {
    ...(typeof marketing === 'boolean' && { marketing }),
    ...(typeof analytics === 'boolean' && { analytics }),
    at: fields.number('consentAt'),
  };
}
