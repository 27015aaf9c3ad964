/** The environment of every function, parsed once at cold start. Local and Lambda alike. */
import * as z from 'zod';

const schema = z.object({
  SHOP_TIME_ZONE: z.string().min(1),
  TABLE_PREFIX: z.string().default(''),
  /** `endpoint`: SageMaker Runtime; `lambda`: the scorer function; `in-process`: ONNX Runtime here. */
  SCORER: z.enum(['endpoint', 'lambda', 'in-process']).default('endpoint'),
  ENDPOINT_NAME: z.string().default('buy-timing'),
  /** Secrets Manager id, or `file:` and a path on a local system. Holds `{pepper, encryptionKey}`. */
  PEPPER_SECRET_ID: z.string().min(1),
  /** `s3://bucket/prefix`, or `file:` and the path of a folder on a local system. */
  OBJECTS: z.string().min(1),
  /** `file:` and the bundle's folder; or the version below `models/` in the object store until one is promoted. */
  BUNDLE: z.string().default(''),
  RETENTION_DAYS: z.coerce.number().int().positive().optional(),
  /** Seconds after which every process knows that a user is suppressed. */
  SUPPRESSION_SECONDS: z.coerce.number().positive().default(30),
  /** Fixed keys of a local system. */
  BUY_TIMING_WRITE_KEY: z.string().optional(),
  BUY_TIMING_READ_KEY: z.string().optional(),
  BUY_TIMING_ADMIN_KEY: z.string().optional(),
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
