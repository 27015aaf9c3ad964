/** What a request did, as counts of its source and as rejects to look at. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { add, noCounts, type SourceCounts } from '../../core/ingest/counts.ts';
import { redact } from '../../core/ingest/redact.ts';
import type { SourceLedger } from '../../core/ports/sources.ts';
import type { Clock, Log } from '../../core/ports/surroundings.ts';
import type { Zone } from '../../core/time.ts';
import type { ApiRequest, Problem } from '../http/api.ts';
import type { Outcome } from './outcome.ts';

interface NoteDependencies {
  log: Log;
  ledger: SourceLedger;
  clock: Clock;
  zone: Zone;
}

/** Source of requests whose key has none, and of those whose key is not known. */
const NO_SOURCE = 'default';
const UNKNOWN_SOURCE = 'unknown';

/** Where a request is counted: by its key, which is known only once it is checked. */
function sourceOf(request: ApiRequest | undefined): string {
  return request?.key ? (request.key.source ?? NO_SOURCE) : UNKNOWN_SOURCE;
}

/** Of one request, looked at in full. */
const SHOWN_REJECTS = 10;

export function noteOutcome(deps: NoteDependencies, request: ApiRequest, outcome: Outcome, receivedAt: number): void {
  const source = sourceOf(request);
  const counts = noCounts();
  const now = deps.clock();
  const today = deps.zone.dayOf(now);
  for (const [event, fate] of outcome.fates) {
    if (fate === 'duplicate') counts.duplicates++;
    else if (fate === 'accepted') {
      counts.accepted++;
      if (event.actions.length === 0) counts.withoutAction++;
      if (event.time.corrected) counts.skewCorrected++;
      if (deps.zone.dayOf(event.time.at) < today) counts.late++;
      deps.ledger.lag(Math.max(0, now - event.time.at));
    } else if (fate !== 'deferred' && fate !== 'refused') add(counts.dropped, fate);
  }
  noteErrors(deps, request, outcome, source, counts);
  deps.ledger.count(source, counts);
  const { received, errors } = outcome.parsed;
  const { requestId, routeKey: route } = request;
  const { accepted, duplicates, dropped } = counts;
  const milliseconds = now - receivedAt;
  deps.log.info('events', {
    requestId,
    route,
    source,
    received,
    accepted,
    duplicates,
    dropped,
    refused: errors.length,
    milliseconds,
  });
}

function noteErrors(
  { ledger, clock }: NoteDependencies,
  { routeKey: route, requestId }: ApiRequest,
  { sent, parsed }: Outcome,
  source: string,
  counts: SourceCounts,
): void {
  const at = new Date(clock()).toISOString();
  for (const [shown, { index, code, message }] of parsed.errors.entries()) {
    add(counts.rejected, code);
    if (shown >= SHOWN_REJECTS) continue;
    const body = redact(sent.events[index]);
    ledger.reject({ at, source, route, requestId, code, message, index, body });
  }
}

/** A request that failed as a whole. */
export function noteProblem(
  { ledger, clock }: NoteDependencies,
  { status, type: code, detail: message }: Problem,
  event: APIGatewayProxyEventV2,
  request: ApiRequest | undefined,
): void {
  const source = sourceOf(request);
  ledger.count(source, code === 'busy' ? { busy: 1 } : { rejected: { [code]: 1 } });
  // Trouble of ours is in the log.
  if (status >= 500 || code === 'busy') return;
  const requestId = event.requestContext?.requestId ?? '';
  ledger.reject({ at: new Date(clock()).toISOString(), source, route: event.routeKey, requestId, code, message });
}
