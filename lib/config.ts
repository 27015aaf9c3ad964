/** What differs from stage to stage, from `stages` in cdk.json. */
import * as z from 'zod';
import { zoneOf } from '../core/time.ts';

/** The days CloudWatch Logs can keep a group; any other number is refused there, after minutes of deployment. */
const LOG_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288];

const schema = z.strictObject({
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'is no AWS region, as eu-central-1'),
  /** IANA name of the shop's time zone: its days, and when 04:00 is. */
  timeZone: z.string().refine(exists, 'does not exist; use an IANA name such as Europe/Berlin'),
  /** Deletion protection, and tables that stay when their stack goes. */
  protected: z.boolean(),
  /** Days that actions and scores are kept; absent: for ever. */
  retentionDays: z.number().int().min(91, 'must be 91 or more: users count as active for 90').optional(),
  logRetentionDays: z.number().refine((days) => LOG_DAYS.includes(days), `must be one of ${LOG_DAYS.join(', ')}`),
  /**
   * `nightly`: the run creates the endpoint and deletes it; `always`: it stays up and is updated blue/green; `lambda`:
   * there is none, and no quota for a GPU is needed. Single users are asked of a Lambda but with `always`.
   */
  scorer: z.enum(['nightly', 'always', 'lambda']),
  /** Of the endpoint. The driver that the model's image needs is chosen for GPU instances. */
  instanceType: z
    .string()
    .regex(/^ml\.(g4dn|g5|g6)\.\d*xlarge$/, 'is no GPU instance of g4dn, g5 or g6')
    .default('ml.g4dn.xlarge'),
  /** A training every week, its bundle promoted if the gate lets it through; absent: none, bundles are promoted by hand. */
  training: z
    .strictObject({
      weekday: z.enum(['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN']).default('SUN'),
      /** Spot, for which SageMaker has a quota of its own. */
      instanceType: z
        .string()
        .regex(/^ml\.(g4dn|g5|g6|c6i|c7i|m6i|m7i)\.\d*x?large$/, 'is no instance of g4dn, g5, g6, c6i, c7i, m6i or m7i')
        .default('ml.g4dn.xlarge'),
      size: z.enum(['tiny', 'base']).default('tiny'),
      /** Hours that a training takes at most, and that it waits at most for an instance besides. */
      hours: z.number().int().min(1, 'must be 1 or more').max(24, 'must be 24 or less').default(4),
    })
    .optional(),
  /** Requests a minute from one address, above which it is answered 429 until they are fewer. A shop's server is one. */
  requestsPerMinute: z.number().int().min(10, 'must be 10 or more, as WAF wants it').default(6_000),
  /** Calls of ingest at once that are kept for it, and the most there are; absent: what the account has left. */
  ingestConcurrency: z.number().int().positive('must be more than 0').optional(),
  /** Where the functions run, if not in Lambda's own network; it must lead to AWS and to the internet (docs/deploy.md). */
  vpc: z
    .strictObject({
      subnets: z.array(z.string().regex(/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/, 'is no subnet')).min(1),
      securityGroups: z.array(z.string().regex(/^sg-([0-9a-f]{8}|[0-9a-f]{17})$/, 'is no security group')).min(1),
    })
    .optional(),
  /** A name of the shop's own for CloudFront, and its certificate; its DNS record is the shop's to make. */
  domain: z
    .strictObject({
      name: z.string().regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, 'is no host name'),
      certificate: z
        .string()
        .regex(/^arn:aws:acm:us-east-1:\d{12}:certificate\/[\w-]+$/, 'is no certificate of ACM in us-east-1'),
    })
    .optional(),
  /** USD a month, of the whole account; absent: no budget. `npm run cost` says what to expect. */
  budget: z.number().positive('must be more than 0').optional(),
  /** Gets every alarm, once it has confirmed the subscription. */
  alarmEmail: z.email().optional(),
});

export type StageConfig = z.infer<typeof schema>;

/**
 * The stages by name.
 * @throws Error naming every wrong value
 */
export function parseStages(context: unknown): Record<string, StageConfig> {
  const names = z.string().regex(/^[a-z][a-z0-9]{0,11}$/);
  const parsed = z.record(names, schema).safeParse(context);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${['stages', ...issue.path].join('.')}: ${issue.message}`);
  throw new Error(`cdk.json is not valid: ${problems.join('; ')}`);
}

function exists(zone: string): boolean {
  try {
    zoneOf(zone);
    return true;
  } catch {
    return false;
  }
}
