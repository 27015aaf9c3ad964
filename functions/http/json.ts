import type { ApiRequest } from './api.ts';
import { Problem } from './problem.ts';

const parsed = new WeakMap<ApiRequest, unknown>();
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The body as JSON in UTF-8, a byte order mark allowed, whatever its Content-Type: browsers say `text/plain`, others
 * `application/x-www-form-urlencoded`. Parsed once.
 * @throws Problem 400
 */
export function readJson(request: ApiRequest): unknown {
  if (!parsed.has(request)) parsed.set(request, parse(request));
  return parsed.get(request);
}

/**
 * The body as text in UTF-8, a byte order mark taken off.
 * @throws Problem 400, for an empty one too
 */
export function readText({ body }: ApiRequest): string {
  if (body.length === 0) throw new Problem(400, 'unreadable-body', 'the body is empty');
  try {
    return utf8.decode(body);
  } catch {
    throw new Problem(400, 'unreadable-body', 'the body is not UTF-8');
  }
}

function parse(request: ApiRequest): unknown {
  const text = readText(request);
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the body.
    throw new Problem(400, 'unreadable-body', 'the body is not JSON');
  }
}
