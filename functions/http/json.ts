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
  if (!parsed.has(request)) parsed.set(request, parse(request.body));
  return parsed.get(request);
}

function parse(body: Buffer): unknown {
  if (body.length === 0) throw new Problem(400, 'unreadable-body', 'the body is empty');
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    throw new Problem(400, 'unreadable-body', 'the body is not UTF-8');
  }
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the body.
    throw new Problem(400, 'unreadable-body', 'the body is not JSON');
  }
}
