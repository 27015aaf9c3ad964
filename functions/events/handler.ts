/** `GET /v1/events`: window events, the newest first. */
import type { Outbox, Position, RecordedEvent } from '../../core/events/ports.ts';
import type { Pseudonyms, UserStore } from '../../core/ports/users.ts';
import { shopIds } from '../audiences/csv.ts';
import { showsIds } from '../http/access.ts';
import { type ApiDependencies, api, type HttpHandler } from '../http/api.ts';
import { cursorOf, toCursor } from '../http/paging.ts';
import { parseQuery } from '../http/validate.ts';
import { type EventsReply, eventsQuery } from './contract.ts';

export interface EventsDependencies extends ApiDependencies {
  outbox: Outbox;
  users: Pick<UserStore, 'idsOf'>;
  pseudonyms: Pseudonyms;
}

export function createHandler(deps: EventsDependencies): HttpHandler {
  return api(deps, {}, async (request) => {
    const { limit } = parseQuery(request, eventsQuery);
    const from = cursorOf(request.query, ['string', 'string', 'string']) as Position | undefined;
    // What the bus does not have yet is newer than the rest, and soon among it.
    const fresh = from ? [] : (await deps.outbox.unpublished()).slice(0, limit);
    const page = await deps.outbox.events(limit, from);
    const events = [...fresh, ...page.items];
    const showIds = showsIds(request);
    const ids = showIds ? await shopIds(deps, events) : undefined;
    const reply: EventsReply = {
      events: events.map((event) => listed(event, ids?.get(event.user))),
      next: page.next ? toCursor(page.next) : null,
    };
    return { status: 200, body: reply };
  });
}

function listed({ recordedAt, ...event }: RecordedEvent, userId: string | undefined): EventsReply['events'][number] {
  return { ...event, ...(userId !== undefined && { userId }), at: new Date(recordedAt).toISOString() };
}
