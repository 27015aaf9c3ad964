/** `POST /v1/regulations`, `GET /v1/regulations/{id}`: erasure and suppression, by Segment's convention. */
import type { ErasureStore } from '../../core/erasure/ports.ts';
import { type ApiDependencies, type ApiReply, type ApiRequest, api, type HttpHandler, Problem } from '../http/api.ts';
import { parseBody } from '../http/validate.ts';
import { type BeginDependencies, beginRegulation } from './begin.ts';
import { newRegulation } from './contract.ts';
import { regulationBody } from './reply.ts';

export interface RegulationDependencies extends ApiDependencies, Omit<BeginDependencies, 'erasures'> {
  erasures: Pick<ErasureStore, 'begin' | 'get'>;
}

/** 5,000 ids of 256 bytes, some of them escaped. */
const BODY_LIMIT = 4 * 1024 * 1024;

export function createHandler(deps: RegulationDependencies): HttpHandler {
  return api(deps, { bodyLimit: BODY_LIMIT }, (request) =>
    request.routeKey === 'POST /v1/regulations' ? begin(deps, request) : show(deps, request),
  );
}

async function begin(deps: RegulationDependencies, request: ApiRequest): Promise<ApiReply> {
  const { regulationType, subjectIds } = parseBody(request, newRegulation);
  const { id } = await beginRegulation(deps, regulationType, subjectIds);
  return { status: 200, body: { data: { regulateId: id } } };
}

async function show(deps: RegulationDependencies, { path }: ApiRequest): Promise<ApiReply> {
  const regulation = await deps.erasures.get(path.id ?? '');
  if (!regulation) throw new Problem(404, 'unknown-regulation', 'there is no request of this id');
  return { status: 200, body: regulationBody(regulation) };
}
