/** What a request says of its users besides their actions: who is the same person, and who agreed to what. */
import { merge } from '../../core/identity/merge.ts';
import { type AcceptedEvent, EVENT_PROBLEMS } from '../../core/ingest/event.ts';
import type { EventError } from '../../core/ingest/parse.ts';
import type { Suppressions } from '../../core/ports/suppressions.ts';
import type { Consent, LinkStore, MergedUsers, Pseudonyms, UserStore } from '../../core/ports/users.ts';
import type { Zone } from '../../core/time.ts';
import { concurrently } from '../concurrently.ts';
import type { Fate } from './outcome.ts';

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

/**
 * The events that may be stored; the others get the fate `suppressed`, of which their client is told nothing. A link to
 * a suppressed id is left out of its event.
 */
export async function withoutSuppressed(
  { suppressions, pseudonyms }: IdentityDependencies,
  events: readonly AcceptedEvent[],
  fates: Map<AcceptedEvent, Fate>,
): Promise<AcceptedEvent[]> {
  const ids = new Set(events.flatMap(({ userId, link }) => (link ? [userId, link.previous] : [userId])));
  const dropped = new Set<string>();
  await concurrently([...ids], CONCURRENCY, async (id) => {
    if (await suppressions.has(pseudonyms.pseudonym(id))) dropped.add(id);
  });
  if (dropped.size === 0) return [...events];
  return events.flatMap((event) => {
    if (dropped.has(event.userId)) {
      fates.set(event, 'suppressed');
      return [];
    }
    if (event.link && dropped.has(event.link.previous)) delete event.link;
    return [event];
  });
}

/**
 * Merges the ids that are said to be one person, in the order of their events, and keeps what users agreed to. Events
 * whose link cannot be get the fate `refused`.
 * @returns why they are refused
 */
export async function applyIdentities(
  deps: IdentityDependencies,
  events: readonly AcceptedEvent[],
  fates: Map<AcceptedEvent, Fate>,
): Promise<EventError[]> {
  const { pseudonyms, mergedUsers } = deps;
  const refused: EventError[] = [];
  for (const event of events) {
    const { index, messageId, userId, link } = event;
    if (!link) continue;
    const code = await merge(
      { links: deps.links, users: { touch: deps.users.touch, ...mergedUsers } },
      {
        previous: pseudonyms.pseudonym(link.previous),
        user: pseudonyms.pseudonym(userId),
        by: link.by,
        encryptedId: () => pseudonyms.encrypt(userId),
        today: deps.zone.dayOf(deps.clock()),
      },
    );
    if (!code) continue;
    fates.set(event, 'refused');
    refused.push({ index, messageId, code, message: EVENT_PROBLEMS[code] });
  }
  await concurrently([...consentsOf(events)], CONCURRENCY, ([userId, consent]) =>
    mergedUsers.noteConsent(pseudonyms.pseudonym(userId), consent, () => pseudonyms.encrypt(userId)),
  );
  return refused;
}

/** Of each user the consent of the latest event that says one. */
function consentsOf(events: readonly AcceptedEvent[]): Map<string, Consent> {
  const consents = new Map<string, Consent>();
  for (const { userId, consent } of events) {
    if (consent && consent.at >= (consents.get(userId)?.at ?? 0)) consents.set(userId, consent);
  }
  return consents;
}
