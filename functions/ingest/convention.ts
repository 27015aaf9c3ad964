import type { SentEvents } from '../../core/ingest/parse.ts';
import type { RuleStore } from '../../core/ports/sources.ts';
import type { ApiReply, ApiRequest, Problem } from '../http/api.ts';
import type { Outcome } from './outcome.ts';

/** How one kind of client sends events and is answered. */
export interface Convention {
  /** Bytes of a body, uncompressed. */
  bodyLimit: number;
  /** Key of a request whose header has none. */
  keyOf?(request: ApiRequest): string | undefined;
  /** @throws Problem for a request that cannot be taken as a whole */
  read(request: ApiRequest, deps: { rules: Pick<RuleStore, 'webhookSecret'> }): SentEvents | Promise<SentEvents>;
  answer(outcome: Outcome, request: ApiRequest): ApiReply;
  tell(problem: Problem): ApiReply;
  /** Longest that storing may take before the rest is left to another request, milliseconds; absent: all of it is. */
  storeMs?: number;
  /** Nothing is stored: the answer says what would be. */
  dryRun?: boolean;
}
