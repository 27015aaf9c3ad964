/** `GET/POST /v1/keys`, `DELETE /v1/keys/{id}`, `POST /v1/keys/{id}/rotate`: the keys of the API. */
import { type ApiDependencies, type ApiReply, type ApiRequest, api, type HttpHandler, Problem } from '../http/api.ts';
import { parseBody } from '../http/validate.ts';
import { newKey, rotation } from './contract.ts';

const HOUR_MS = 3_600_000;

export function createHandler(deps: ApiDependencies): HttpHandler {
  return api(deps, {}, (request) => {
    switch (request.routeKey) {
      case 'GET /v1/keys':
        return list(deps);
      case 'POST /v1/keys':
        return create(deps, request);
      case 'DELETE /v1/keys/{id}':
        return revoke(deps, request);
      default:
        return rotate(deps, request);
    }
  });
}

async function list({ keys }: ApiDependencies): Promise<ApiReply> {
  return { status: 200, body: { keys: await keys.list() } };
}

async function create({ keys }: ApiDependencies, request: ApiRequest): Promise<ApiReply> {
  const { scope, name, source } = parseBody(request, newKey);
  return { status: 201, body: await keys.create({ scope, name, ...(source !== undefined && { source }) }) };
}

async function revoke({ keys }: ApiDependencies, { path }: ApiRequest): Promise<ApiReply> {
  if (!(await keys.revoke(path.id ?? ''))) throw unknown();
  return { status: 204 };
}

async function rotate({ keys }: ApiDependencies, request: ApiRequest): Promise<ApiReply> {
  const { overlapHours } = request.body.length === 0 ? rotation.parse({}) : parseBody(request, rotation);
  const made = await keys.rotate(request.path.id ?? '', overlapHours * HOUR_MS);
  if (!made) throw unknown();
  return { status: 201, body: made };
}

function unknown(): Problem {
  return new Problem(404, 'unknown-key-id', 'there is no key of this id, or it ended; GET /v1/keys lists them');
}
