import { createHmac, hkdfSync } from 'node:crypto';
import type { Secrets } from './secrets.ts';

/**
 * What is kept of a user who must not be known: 128 bits of HMAC-SHA256 of the pseudonym, in hex, under a key of its
 * own. Who has only the pepper cannot tell which users are suppressed.
 */
export function createDigests(secrets: Secrets): (user: string) => string {
  const secret = secrets.suppressionKey ?? secrets.pepper;
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'buy-timing suppression 1', 32));
  return (user) => createHmac('sha256', key).update(user, 'utf8').digest('hex').slice(0, 32);
}
