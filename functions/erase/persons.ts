import { rootOf, trueMembers } from '../../core/identity/merge.ts';
import type { LinkStore } from '../../core/ports/users.ts';

/** All ids of the person that an id stands for, its own included; pseudonyms. */
export async function idsOf(links: Pick<LinkStore, 'get'>, user: string): Promise<string[]> {
  const root = await rootOf(links, user);
  return [...new Set([user, root.id, ...(await trueMembers(links, root))])];
}
