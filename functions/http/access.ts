/** Which key a request carries, and what it may do. */
import type { ApiKey, KeyStore, Scope } from '../../core/ports/keys.ts';
import type { ApiRequest } from './api.ts';
import { Problem } from './problem.ts';

/** A key is far shorter; what is longer is not looked up. */
const LONGEST_KEY = 256;

/** Whether a key of scope `has` may do what needs `needs`. */
export function scopeAllows(has: Scope, needs: Scope): boolean {
  if (has === 'admin' || has === needs) return true;
  return has === 'read:ids' && needs === 'read';
}

/** Whether the shop's own ids may be shown in the answer. */
export function showsIds({ key }: ApiRequest): boolean {
  return key !== undefined && scopeAllows(key.scope, 'read:ids');
}

/** The key of `Authorization: Bearer KEY`, or of Basic with the key as user name; undefined when there is none. */
export function keyOfHeader(authorization: string | undefined): string | undefined {
  const [, scheme, value] = /^(bearer|basic) +(\S+) *$/i.exec(authorization?.trim() ?? '') ?? [];
  if (!scheme || !value) return undefined;
  if (scheme.toLowerCase() === 'bearer') return value;
  const user = Buffer.from(value, 'base64').toString('utf8').split(':', 1)[0];
  return user || undefined;
}

/**
 * The record of the caller's key.
 * @param given the key as sent, undefined for none
 * @throws Problem 401 for no key or an unknown one, 403 for one of another scope
 */
export async function checkKey(keys: KeyStore, given: string | undefined, needs: Scope): Promise<ApiKey> {
  if (!given) {
    throw unauthorized('missing-key', 'send a key: Authorization: Bearer KEY, or Basic with the key as user name');
  }
  const key = given.length > LONGEST_KEY ? undefined : await keys.find(given);
  if (!key) throw unauthorized('unknown-key', 'this key does not exist or was revoked');
  if (scopeAllows(key.scope, needs)) return key;
  throw new Problem(
    403,
    'wrong-scope',
    `this needs a key of scope ${needs}; this key has scope ${key.scope}`,
    {},
    { 'www-authenticate': `Bearer realm="buy-timing", error="insufficient_scope", scope="${needs}"` },
  );
}

/** Reads the key of a request from its header, else by a function of the route's own. */
export function keyOf(request: ApiRequest, other?: (request: ApiRequest) => string | undefined): string | undefined {
  return keyOfHeader(request.headers.authorization) ?? other?.(request);
}

/** Only Bearer is named as a challenge: for Basic, browsers would open a dialog on the pages of the shop. */
function unauthorized(type: string, detail: string): Problem {
  return new Problem(401, type, detail, {}, { 'www-authenticate': 'Bearer realm="buy-timing"' });
}
