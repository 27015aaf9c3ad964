/** GA4's Measurement Protocol: https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference */
import { ga4Events, type ValidationMessage, validationMessages } from '../../core/ingest/ga4.ts';
import type { SentEvents } from '../../core/ingest/parse.ts';
import { type ApiReply, type ApiRequest, Problem } from '../http/api.ts';
import { readJson } from '../http/json.ts';
import type { Convention } from './convention.ts';

/** GA4's own limit of a body. */
const BODY_LIMIT = 130 * 1024;

/** As GA4, it answers 204 whatever the events are; `GET /v1/sources/rejects` and the debug route say what is wrong. */
export const ga4: Convention = {
  bodyLimit: BODY_LIMIT,
  keyOf: ({ query }) => query.api_secret,
  read,
  answer: () => ({ status: 204 }),
  tell,
};

/** Stores nothing, as GA4's validation server. */
export const ga4Debug: Convention = {
  ...ga4,
  dryRun: true,
  answer: (outcome, request) => ({
    status: 200,
    body: { validationMessages: validationMessages(readJson(request), outcome.parsed.errors) },
  }),
  tell(problem) {
    // What is wrong with a request is this route's answer, not its failure.
    const wrong = problem.status === 400 || problem.status === 413;
    return wrong ? { ...tell(problem), status: 200 } : tell(problem);
  },
};

function read(request: ApiRequest): SentEvents {
  if (!request.query.measurement_id) {
    throw refusal({
      fieldPath: 'measurement_id',
      description: 'The query needs measurement_id and api_secret.',
      validationCode: 'VALUE_REQUIRED',
    });
  }
  const sent = ga4Events(readJson(request));
  if ('validationCode' in sent) throw refusal(sent);
  return sent;
}

function refusal(message: ValidationMessage): Problem {
  return new Problem(400, 'bad-measurement', message.description, { validationMessages: [message] });
}

function tell(problem: Problem): ApiReply {
  const { status, headers, detail, extra } = problem;
  const validationCode = status >= 500 || status === 429 ? 'INTERNAL_ERROR' : 'VALUE_INVALID';
  const validationMessages = extra.validationMessages ?? [{ description: detail, validationCode }];
  return { status, headers, body: { validationMessages } };
}
