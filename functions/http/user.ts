import type { Pseudonyms } from '../../core/ports/users.ts';
import { Problem } from './problem.ts';

const LONGEST_ID = 256;

/**
 * The pseudonym of `{userId}` in a path: the shop's own id (at most 256 bytes of UTF-8), or `~` and the pseudonym.
 * @throws Problem 400 for anything else
 */
export function resolveUser(deps: { pseudonyms: Pseudonyms }, userId: string | undefined): string {
  if (!userId) throw new Problem(400, 'bad-user-id', 'the user id is empty');
  if (/^~[0-9a-f]{64}$/.test(userId)) return userId.slice(1);
  if (Buffer.byteLength(userId) > LONGEST_ID) {
    throw new Problem(400, 'bad-user-id', `a user id has at most ${LONGEST_ID} bytes`);
  }
  return deps.pseudonyms.pseudonym(userId);
}
