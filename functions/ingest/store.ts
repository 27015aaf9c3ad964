/** Stores what a request tells of each user. */
import { chunksOf, expiryOf } from '../../core/ingest/chunks.ts';
import type { AcceptedEvent } from '../../core/ingest/event.ts';
import { groupByUser, type UserGroup } from '../../core/ingest/group.ts';
import type { ActionChunk, ActionStore } from '../../core/ports/actions.ts';
import type { SourceLedger } from '../../core/ports/sources.ts';
import type { Clock } from '../../core/ports/surroundings.ts';
import type { Pseudonyms, UserStore } from '../../core/ports/users.ts';
import type { Zone } from '../../core/time.ts';
import { concurrently } from '../concurrently.ts';
import type { Environment } from '../environment.ts';
import type { Fate } from './outcome.ts';

export interface StoreDependencies {
  environment: Pick<Environment, 'RETENTION_DAYS'>;
  clock: Clock;
  zone: Zone;
  actions: Pick<ActionStore, 'put'>;
  users: Pick<UserStore, 'touch'>;
  pseudonyms: Pick<Pseudonyms, 'pseudonym' | 'encrypt'>;
  ledger: Pick<SourceLedger, 'isRepeated'>;
}

interface As {
  source: string | undefined;
  /** Id of the request. */
  request: string;
  fates: Map<AcceptedEvent, Fate>;
}

/** Writes of one request at a time. */
const CONCURRENCY = 16;

/**
 * Stores the events' actions, and sets the fate of each event as soon as it is known.
 * @param as `until`: epoch milliseconds after which no further user is begun; absent: all are stored
 * @throws StoreBusy; what has a fate is stored then
 */
export async function storeEvents(
  deps: StoreDependencies,
  events: readonly AcceptedEvent[],
  { until = Number.POSITIVE_INFINITY, ...as }: As & { until?: number | undefined },
): Promise<void> {
  const { fates } = as;
  const ofUser = new Map<string, AcceptedEvent[]>();
  for (const event of events) {
    if (event.actions.length === 0) fates.set(event, 'accepted');
    else if (ofUser.has(event.userId)) ofUser.get(event.userId)!.push(event);
    else ofUser.set(event.userId, [event]);
  }
  await concurrently(groupByUser(events, deps.zone), CONCURRENCY, async (group) => {
    const theirs = ofUser.get(group.userId) ?? [];
    if (deps.clock() > until) {
      for (const event of theirs) fates.set(event, 'deferred');
      return;
    }
    await storeGroup(deps, group, theirs, as);
  });
}

async function storeGroup(
  deps: StoreDependencies,
  group: UserGroup,
  events: readonly AcceptedEvent[],
  { source, request, fates }: As,
): Promise<void> {
  const user = deps.pseudonyms.pseudonym(group.userId);
  const repeatedDays = new Set<string>();
  await concurrently([...group.days.keys()], CONCURRENCY, async (day) => {
    const stored = await Promise.all(chunksOfDay(deps, group, user, day, { source, request }).map(deps.actions.put));
    if (stored.every(({ repeated }) => repeated)) repeatedDays.add(day);
  });
  for (const event of events) {
    const lately = deps.ledger.isRepeated(user, event.actions[0]!.id);
    const repeated = lately || repeatedDays.has(deps.zone.dayOf(event.time.at));
    fates.set(event, repeated ? 'duplicate' : 'accepted');
  }
  // Only now: were the user touched first and the request cut off, a nightly run could miss actions that come with the
  // retry. A repeated request touches again, since the one before may have ended between the two.
  await deps.users.touch({
    user,
    encryptedId: () => deps.pseudonyms.encrypt(group.userId),
    first: group.first,
    last: group.last,
    today: deps.zone.dayOf(deps.clock()),
  });
}

function chunksOfDay(
  { environment }: StoreDependencies,
  group: UserGroup,
  user: string,
  day: string,
  { source, request }: Pick<As, 'source' | 'request'>,
): ActionChunk[] {
  const expires = expiryOf(day, environment.RETENTION_DAYS);
  return chunksOf(user, day, group.days.get(day)!, ({ sentTime, id }) => `${sentTime} ${id}`).map((chunk) => ({
    ...chunk,
    request,
    ...(source !== undefined && { source }),
    ...(expires !== undefined && { expires }),
  }));
}
