/** The environment of every function, parsed once at cold start. Local and Lambda alike. */
import * as z from 'zod/mini';

const schema = z.object({
  SHOP_TIME_ZONE: z.string().check(z.minLength(1)),
  TABLE_PREFIX: z._default(z.string(), ''),
  /** Name of the stage, which metrics carry. */
  STAGE: z._default(z.string(), 'local'),
  /**
   * `endpoint`: SageMaker Runtime; `lambda`: the scorer function; `either`: the endpoint while it has the live model, else
   * the function; `in-process`: ONNX Runtime here.
   */
  SCORER: z._default(z.enum(['endpoint', 'lambda', 'either', 'in-process']), 'endpoint'),
  ENDPOINT_NAME: z._default(z.string(), 'buy-timing'),
  /** Name of the scorer function, for `SCORER=lambda`. */
  SCORER_FUNCTION: z._default(z.string(), 'buy-timing-scorer'),
  /** Secrets Manager id, or `file:` and a path on a local system. Holds `{pepper, encryptionKey}`. */
  PEPPER_SECRET_ID: z.string().check(z.minLength(1)),
  /** `s3://bucket/prefix`, or `file:` and the path of a folder on a local system. */
  OBJECTS: z.string().check(z.minLength(1)),
  /** `file:` and the folder of the bundle that is live until one is promoted, on a local system. */
  BUNDLE: z._default(z.string(), ''),
  /** That one is live whatever is promoted. */
  BUNDLE_FIXED: z._default(z.stringbool(), false),
  RETENTION_DAYS: z.optional(z.coerce.number().check(z.int(), z.positive())),
  /** Seconds after which every process knows that a user is suppressed. */
  SUPPRESSION_SECONDS: z._default(z.coerce.number().check(z.positive()), 30),
  /** `eventbridge:` and the name of a bus, or `file:` and a path on a local system; empty: window events go to webhooks only. */
  EVENT_BUS: z._default(z.string(), ''),
  /** Webhooks may be on 127.0.0.1, over plain http too: on a local system. */
  WEBHOOK_ALLOW_LOCAL: z._default(z.stringbool(), false),
  /** Fixed keys of a local system. */
  BUY_TIMING_WRITE_KEY: z.optional(z.string()),
  BUY_TIMING_READ_KEY: z.optional(z.string()),
  BUY_TIMING_ADMIN_KEY: z.optional(z.string()),
});

export type Environment = z.infer<typeof schema>;

/** @throws Error naming each missing or wrong variable */
export function parseEnvironment(variables: Record<string, string | undefined>): Environment {
  const present = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`the environment is not complete: ${problems.join('; ')}`);
}
