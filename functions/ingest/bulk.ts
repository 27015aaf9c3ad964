/** NDJSON, one event a line. */
import { bulkEvents, type Lines, MAX_LINES } from '../../core/ingest/bulk.ts';
import { type ApiRequest, Problem } from '../http/api.ts';
import { readText } from '../http/json.ts';
import { trackingReply } from '../http/problem.ts';
import type { Convention } from './convention.ts';
import { type Outcome, takenOf } from './outcome.ts';

const BODY_LIMIT = 4 * 1024 * 1024;
/** A function has 29 s. */
const STORE_MS = 20_000;
const DEFERRED = { code: 'not-in-time', message: 'not stored in the time of a request: send this line again' };

interface LineResult {
  line: number;
  status: 'accepted' | 'duplicate' | 'dropped' | 'refused';
  messageId?: string | null;
  code?: string;
  message?: string;
}

export const bulk: Convention = {
  bodyLimit: BODY_LIMIT,
  storeMs: STORE_MS,
  read(request) {
    const sent = bulkEvents(readText(request));
    if (!sent) throw new Problem(400, 'too-many-events', `an import has at most ${MAX_LINES} lines`);
    return sent;
  },
  answer(outcome, request) {
    const results = resultsOf(outcome);
    if (wantsLines(request)) {
      const body = results.map((result) => `${JSON.stringify(result)}\n`).join('');
      return { status: 200, headers: { 'content-type': 'application/x-ndjson' }, body };
    }
    const errors = results.flatMap(({ status, ...error }, index) =>
      status === 'refused' ? [{ index, ...error }] : [],
    );
    const duplicates = results.filter(({ status }) => status === 'duplicate').length;
    const { received } = outcome.parsed;
    return { status: 200, body: { success: true, received, accepted: takenOf(outcome), duplicates, errors, results } };
  },
  tell: trackingReply,
};

function wantsLines(request: ApiRequest): boolean {
  return (request.headers.accept ?? '').includes('application/x-ndjson');
}

/** The result of each line, in order. */
function resultsOf({ sent, parsed, fates }: Outcome): LineResult[] {
  const { lines } = sent as Lines;
  const results: LineResult[] = lines.map((line) => ({ line, status: 'accepted' }));
  for (const { index, messageId, code, message } of parsed.errors) {
    results[index] = { line: lines[index]!, status: 'refused', messageId, code, message };
  }
  for (const [{ index }, fate] of fates) {
    const line = lines[index]!;
    if (fate === 'deferred') results[index] = { line, status: 'refused', messageId: null, ...DEFERRED };
    else if (fate === 'duplicate') results[index] = { line, status: 'duplicate' };
    else if (fate !== 'accepted' && fate !== 'refused') results[index] = { line, status: 'dropped', code: fate };
  }
  return results;
}
