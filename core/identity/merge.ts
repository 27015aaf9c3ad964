/**
 * Merges two ids of one person: an anonymous id into a user, or a user into another. No transactions: each step is one
 * write of one item that may be repeated, so a merge that stopped anywhere is completed by the next call for the pair.
 *
 * 1. The id that stays claims the other one and its members. 2. The other one leads to it, provided that nobody claimed
 * anything of it since step 1 read it: two merges in opposite directions cannot both get here, so no cycle comes to be.
 * 3. The user that stays reads the others' actions from now on. 4. The other's row becomes a tombstone. 5. What that
 * row knew (days, consent) goes to the user that stays.
 */
import { StoreBusy } from '../ports/store-busy.ts';
import type { Link, LinkStore, MergedUsers, UserStore } from '../ports/users.ts';
import type { Day } from '../time.ts';

/** Ids that may be merged into one user. */
export const MAX_LINKED = 50;

export interface MergeRequest {
  /** Pseudonyms: `previous` is merged into `user`. */
  previous: string;
  user: string;
  /** `alias` was asked for by name, so what cannot be done is an error; `identify` only tells what it sees. */
  by: 'identify' | 'alias';
  encryptedId: () => Uint8Array;
  today: Day;
}

export interface MergePorts {
  links: LinkStore;
  users: Pick<UserStore, 'touch'> & MergedUsers;
}

export type MergeRefusal = 'link-cycle' | 'linked-elsewhere' | 'too-many-ids';

const ATTEMPTS = 8;

/**
 * @returns why it was refused; undefined when the two are one now, or when an `identify` asked for nothing new
 * @throws StoreBusy
 */
export async function merge(ports: MergePorts, request: MergeRequest): Promise<MergeRefusal | undefined> {
  const { previous, user, by } = request;
  if (previous === user) return by === 'alias' ? 'link-cycle' : undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const from = await ports.links.get(previous);
    const root = await rootOf(ports.links, user);
    if (from.to !== undefined) {
      const of = await rootOf(ports.links, from.to);
      // A shared device names another user without a reset: the anonymous history stays where it is.
      if (of.id !== root.id) return by === 'alias' ? 'linked-elsewhere' : undefined;
      if (!from.done) await complete(ports, request, from);
      return undefined;
    }
    if (root.id === previous) return by === 'alias' ? 'link-cycle' : undefined;
    const ids = [previous, ...from.members].filter((id) => id !== root.id);
    if (new Set([...root.members, ...ids]).size > MAX_LINKED) return 'too-many-ids';
    // Claimed anew at every attempt, although nothing may be missing: that a claim comes after the look at `from` is
    // what keeps circles out. What a failed attempt claimed stays, and counts only towards the limit.
    if (!(await ports.links.claim(root, ids)) || !(await ports.links.commit(from, root.id))) continue;
    await complete(ports, request, { ...from, to: root.id });
    return undefined;
  }
  throw new StoreBusy();
}

/** Steps 3 to 5, of an id that leads to another already. */
export async function complete(
  { links, users }: MergePorts,
  { encryptedId, today }: Pick<MergeRequest, 'encryptedId' | 'today'>,
  from: Link,
): Promise<void> {
  const ids = [from.id, ...(await trueMembers(links, from))];
  let root = (await rootOf(links, from.id)).id;
  for (let further: string | undefined = root; further !== undefined; ) {
    root = further;
    further = await users.adopt(root, ids, encryptedId);
  }
  const { days, consent } = await users.bury(from.id, from.to!);
  if (days) await users.touch({ user: root, encryptedId, ...days, today });
  if (consent) await users.noteConsent(root, consent, encryptedId);
  await links.finish(from.id);
}

/** Members that do lead to the id; a merge that was refused or cut off leaves others. */
export async function trueMembers(links: Pick<LinkStore, 'get'>, { id, members }: Link): Promise<string[]> {
  const found: string[] = [];
  for (const member of members) if (await leadsTo(links, member, id)) found.push(member);
  return found;
}

async function leadsTo(links: Pick<LinkStore, 'get'>, from: string, id: string): Promise<boolean> {
  for (let link = await links.get(from), hops = 0; link.to !== undefined && hops <= MAX_LINKED; hops++) {
    if (link.to === id) return true;
    link = await links.get(link.to);
  }
  return false;
}

/** The id that an id leads to in the end. */
export async function rootOf(links: Pick<LinkStore, 'get'>, id: string): Promise<Link> {
  let link = await links.get(id);
  for (let hops = 0; link.to !== undefined; hops++) {
    if (hops > MAX_LINKED) throw new Error('the links of an id lead round in a circle');
    link = await links.get(link.to);
  }
  return link;
}
