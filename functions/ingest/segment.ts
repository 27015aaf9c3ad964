/** Segment's HTTP tracking API: https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/ */
import { sentEvents } from '../../core/ingest/parse.ts';
import { type ApiRequest, BODY_LIMIT, Problem } from '../http/api.ts';
import { readJson } from '../http/json.ts';
import { trackingReply } from '../http/problem.ts';
import type { Convention } from './convention.ts';
import { takenOf } from './outcome.ts';

/** @param call `batch`, or the type of the one event that a body is */
export function segment(call: string): Convention {
  return {
    bodyLimit: BODY_LIMIT,
    keyOf: writeKeyOf,
    read(request) {
      const sent = sentEvents(call, readJson(request));
      if ('code' in sent) throw new Problem(400, sent.code, sent.message);
      return sent;
    },
    answer(outcome) {
      const { received, errors } = outcome.parsed;
      return { status: 200, body: { success: true, received, accepted: takenOf(outcome), errors } };
    },
    tell: trackingReply,
  };
}

/** Browsers send their key in the body, since a header would cost them a preflight. */
function writeKeyOf(request: ApiRequest): string | undefined {
  const body = readJson(request);
  if (typeof body !== 'object' || body === null) return undefined;
  const { writeKey } = body as { writeKey?: unknown };
  return typeof writeKey === 'string' ? writeKey : undefined;
}
