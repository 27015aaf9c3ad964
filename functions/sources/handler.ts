/** What came in, why something did not, and what the shop says of its events. */
import type { RuleStore, SourceLedger, SourceStore } from '../../core/ports/sources.ts';
import type { Zone } from '../../core/time.ts';
import { type ApiDependencies, type ApiReply, type ApiRequest, api, type HttpHandler } from '../http/api.ts';
import { readJson } from '../http/json.ts';
import { parseQuery } from '../http/validate.ts';
import { getCatalogue, putCatalogue } from './catalogue.ts';
import { sourcesQuery } from './contract.ts';
import { readEventTypes, readSource, readTraffic } from './settings.ts';

export interface SourcesDependencies extends ApiDependencies {
  zone: Zone;
  rules: RuleStore;
  sources: SourceStore;
  /** Where ingest runs in the same process, what it counted a moment ago is stored first. */
  ledger: Pick<SourceLedger, 'flush'>;
}

const REJECTS = 50;
/** A catalogue is the largest: what a synchronous call of Lambda takes. */
const BODY_LIMIT = 5 * 1024 * 1024;

const ROUTES: Record<string, (deps: SourcesDependencies, request: ApiRequest) => Promise<ApiReply>> = {
  'GET /v1/sources': listSources,
  'GET /v1/sources/rejects': listRejects,
  'PUT /v1/sources/{source}': async ({ rules }, request) => {
    const { source, secret } = readSource(request.path.source, readJson(request));
    await rules.putWebhookSecret(source, secret);
    return ok({ source, shopify: secret !== undefined });
  },
  'GET /v1/event-types': async ({ rules }) => ok(await rules.eventTypes()),
  'PUT /v1/event-types': async ({ rules }, request) => {
    const types = readEventTypes(readJson(request));
    await rules.putEventTypes(types);
    return ok(types);
  },
  'GET /v1/traffic': async ({ rules }) => ok(await rules.traffic()),
  'PUT /v1/traffic': async ({ rules }, request) => {
    const traffic = readTraffic(readJson(request));
    await rules.putTraffic(traffic);
    return ok(traffic);
  },
  'GET /v1/catalog': async ({ rules }, request) => getCatalogue(rules, request),
  'PUT /v1/catalog': async ({ rules }, request) => putCatalogue(rules, request),
};

export function createHandler(deps: SourcesDependencies): HttpHandler {
  return api(deps, { bodyLimit: BODY_LIMIT }, (request) => ROUTES[request.routeKey]!(deps, request));
}

async function listSources(deps: SourcesDependencies, request: ApiRequest): Promise<ApiReply> {
  const { day = deps.zone.dayOf(deps.clock()) } = parseQuery(request, sourcesQuery);
  await deps.ledger.flush();
  const sources = (await deps.sources.counts(day)).map(({ source, counts: { lastAt, ...counts } }) => ({
    source,
    ...counts,
    lastAt: lastAt === 0 ? null : new Date(lastAt).toISOString(),
  }));
  return ok({ day, sources });
}

async function listRejects(deps: SourcesDependencies): Promise<ApiReply> {
  await deps.ledger.flush();
  return ok({ rejects: await deps.sources.rejects(REJECTS) });
}

function ok(body: unknown): ApiReply {
  return { status: 200, body };
}
