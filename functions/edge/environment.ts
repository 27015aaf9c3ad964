/** The environment of the functions that keep the API to CloudFront; they know nothing of the shop. */
import * as z from 'zod/mini';

const schema = z.object({
  ORIGIN_SECRET_ID: z.string().check(z.minLength(1)),
  /** Of the one that rotates. */
  DISTRIBUTION_ID: z._default(z.string(), ''),
});

/** @throws Error naming each missing variable */
export function parseEdgeEnvironment(variables: Record<string, string | undefined>): z.infer<typeof schema> {
  const parsed = schema.safeParse(variables);
  if (parsed.success) return parsed.data;
  throw new Error(`the environment is not complete: ${parsed.error.issues.map(({ path }) => path.join('.'))}`);
}
