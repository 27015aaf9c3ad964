/**
 * What a route takes and answers, declared beside its function in `functions/NAME/contract.ts`. The query and body
 * schemas validate the requests (functions/http/validate.ts); the OpenAPI document is made from all of them.
 */
import type * as z from 'zod';

export const TAGS = {
  Tracking: "Segment's HTTP tracking API: clients work by changing their host.",
  Users: 'One user: when they will buy, what next and why, and what they did.',
  Audiences: 'Users by band or by rules of your own, and what comes of writing to them.',
  Shop: 'The shop as a whole: what was scored, what will be bought, how good the scores are, what came in.',
  Settings: 'What a shop decides for itself.',
  Privacy: 'Erasure and suppression of users.',
  System: 'The system itself.',
} as const;

export interface ReplyContract {
  description: string;
  /** The body, JSON. */
  json?: z.ZodType;
  /** Whether `Accept: text/csv` is answered with CSV under the same status. */
  csv?: boolean;
  /** The body in another form: `text/html`. */
  text?: string;
  headers?: Record<string, string>;
}

export interface Contract {
  tag: keyof typeof TAGS;
  /** A few words: the route's title. */
  summary: string;
  /** Sentences for the reader of the docs, Markdown without headings. */
  description?: string;
  path?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Other forms the body may come in: `text/csv`. */
  bodyForms?: string[];
  /** Whether the body may be left out. */
  bodyOptional?: boolean;
  replies: Record<number, ReplyContract>;
  /** How failures are told; problem+json when absent, as Segment's clients expect it with the tag Tracking. */
  failure?: { type: string; json: z.ZodType };
  /** Problem types by status, with what each means; those that every route has are added. */
  problems?: Record<number, Record<string, string>>;
}

/** By API Gateway's route key: `GET /v1/users/{userId}/timing`. */
export type Contracts = Record<string, Contract>;
