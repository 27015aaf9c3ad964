/** What a request says of its users besides their actions: who is the same person, and who agreed to what. */
import { merge } from '../../core/identity/merge.ts';
import { EVENT_PROBLEMS } from '../../core/ingest/event.ts';
import type { EventError, ParsedBody } from '../../core/ingest/parse.ts';
import type { LinkStore, MergedUsers, Pseudonyms, Suppressions, UserStore } from '../../core/ports.ts';
import type { Zone } from '../../core/time.ts';
import { concurrently } from '../concurrently.ts';

export interface IdentityDependencies {
  clock: () => number;
  zone: Zone;
  users: Pick<UserStore, 'touch'>;
  mergedUsers: MergedUsers;
  links: LinkStore;
  suppressions: Suppressions;
  pseudonyms: Pick<Pseudonyms, 'pseudonym' | 'encrypt'>;
}

const CONCURRENCY = 16;

/** Leaves out what is said of suppressed users: their client is told nothing of it. */
export async function dropSuppressed(
  { suppressions, pseudonyms }: IdentityDependencies,
  parsed: ParsedBody,
): Promise<{ parsed: ParsedBody; suppressed: number }> {
  const ids = new Set([
    ...parsed.actions.map(({ userId }) => userId),
    ...parsed.links.flatMap(({ userId, previous }) => [userId, previous]),
    ...parsed.consents.keys(),
  ]);
  const dropped = new Set<string>();
  await concurrently([...ids], CONCURRENCY, async (id) => {
    if (await suppressions.has(pseudonyms.pseudonym(id))) dropped.add(id);
  });
  if (dropped.size === 0) return { parsed, suppressed: 0 };
  const actions = parsed.actions.filter(({ userId }) => !dropped.has(userId));
  const links = parsed.links.filter(({ userId, previous }) => !dropped.has(userId) && !dropped.has(previous));
  const consents = new Map([...parsed.consents].filter(([id]) => !dropped.has(id)));
  return { parsed: { ...parsed, actions, links, consents }, suppressed: parsed.actions.length - actions.length };
}

/**
 * Merges the ids that are said to be one person, in the order of their events, and keeps what users agreed to.
 * @returns the events whose link was refused
 */
export async function applyIdentities(
  deps: IdentityDependencies,
  { links, consents }: ParsedBody,
): Promise<EventError[]> {
  const { pseudonyms, mergedUsers } = deps;
  const refused: EventError[] = [];
  for (const { index, messageId, userId, previous, by } of links) {
    const code = await merge(
      { links: deps.links, users: { touch: deps.users.touch, ...mergedUsers } },
      {
        previous: pseudonyms.pseudonym(previous),
        user: pseudonyms.pseudonym(userId),
        by,
        encryptedId: () => pseudonyms.encrypt(userId),
        today: deps.zone.dayOf(deps.clock()),
      },
    );
    if (code) refused.push({ index, messageId, code, message: EVENT_PROBLEMS[code] });
  }
  await concurrently([...consents], CONCURRENCY, ([userId, consent]) =>
    mergedUsers.noteConsent(pseudonyms.pseudonym(userId), consent, () => pseudonyms.encrypt(userId)),
  );
  return refused;
}
