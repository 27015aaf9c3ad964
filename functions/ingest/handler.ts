/** Events of tracking clients: Segment's calls, GA4's Measurement Protocol, Shopify's webhooks and bulk import. */
import { parseEvents } from '../../core/ingest/parse.ts';
import { dropReason, type TrafficChecks, type TrafficRules } from '../../core/ingest/traffic.ts';
import type { RuleStore, SourceLedger } from '../../core/ports/sources.ts';
import {
  type ApiDependencies,
  type ApiReply,
  type ApiRequest,
  api,
  type HttpHandler,
  problemReply,
} from '../http/api.ts';
import type { Convention } from './convention.ts';
import { CONVENTIONS } from './conventions.ts';
import { applyIdentities, type IdentityDependencies, withoutSuppressed } from './identities.ts';
import { noteOutcome, noteProblem } from './note.ts';
import type { Outcome } from './outcome.ts';
import { projectSettings } from './project-settings.ts';
import { type StoreDependencies, storeEvents } from './store.ts';
import { createTrafficChecks } from './traffic.ts';

export interface IngestDependencies extends ApiDependencies, IdentityDependencies, Omit<StoreDependencies, 'ledger'> {
  rules: Pick<RuleStore, 'current' | 'webhookSecret'>;
  ledger: SourceLedger;
}

export function createHandler(deps: IngestDependencies): HttpHandler {
  const checksBy = createTrafficChecks(deps.clock);
  const handle = api(
    deps,
    {
      keyOf: (request) => CONVENTIONS[request.routeKey]?.keyOf?.(request) ?? request.path.key,
      bodyLimit: (routeKey) => CONVENTIONS[routeKey]?.bodyLimit ?? 0,
      tell: (problem, routeKey) => (CONVENTIONS[routeKey]?.tell ?? problemReply)(problem),
      // Tracking clients wait out a 429 with Retry-After without counting it as a try; a 503 costs one of their ten.
      busyStatus: 429,
      observe: (problem, event, request) => noteProblem(deps, problem, event, request),
    },
    async (request) => {
      const convention = CONVENTIONS[request.routeKey];
      return convention ? ingest(deps, request, convention, checksBy) : projectSettings(request);
    },
  );
  return async (event, context) => {
    const reply = await handle(event, context);
    await deps.ledger.settle();
    return reply;
  };
}

async function ingest(
  deps: IngestDependencies,
  request: ApiRequest,
  convention: Convention,
  checksBy: (rules: TrafficRules) => TrafficChecks,
): Promise<ApiReply> {
  const receivedAt = deps.clock();
  const sent = await convention.read(request, deps);
  const { mapping, traffic } = await deps.rules.current();
  const parsed = parseEvents(sent, { receivedAt, zone: deps.zone, rules: mapping, bytes: request.body.length });
  const outcome: Outcome = { sent, parsed, fates: new Map() };
  if (convention.dryRun) return convention.answer(outcome, request);

  const people = parsed.events.filter((event) => {
    const reason = dropReason(event, traffic, checksBy(traffic));
    if (reason) outcome.fates.set(event, reason);
    return !reason;
  });
  try {
    const allowed = await withoutSuppressed(deps, people, outcome.fates);
    await storeEvents(deps, allowed, {
      source: request.key?.source,
      request: request.requestId,
      fates: outcome.fates,
      until: convention.storeMs && receivedAt + convention.storeMs,
    });
    parsed.errors.push(...(await applyIdentities(deps, allowed, outcome.fates)));
    parsed.errors.sort((a, b) => a.index - b.index);
  } finally {
    // What is stored is counted even if the rest is not: its client sends all of it again, and that is a duplicate.
    noteOutcome(deps, request, outcome, receivedAt);
  }
  return convention.answer(outcome, request);
}
