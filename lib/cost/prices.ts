/**
 * Unit prices of AWS, us-east-1, USD, without taxes, free tiers, savings plans and the discounts of high volumes that
 * `tiers` does not name. As of 2026-11-29; eu-central-1 is 10 to 25 % dearer in most lines (DynamoDB 22 %, logs 26 %).
 *
 * AWS's own price list could not be read here. Held on that day against a public digest of it (Price List Bulk API, read
 * 2026-08-16, published AmazonDynamoDB 2026-08-15, AmazonS3 08-07, AmazonCloudWatch 08-06, AWSEvents 05-29, AmazonStates
 * 2025-08-28): DynamoDB in both classes and its recovery, S3, logs, events, schedules, transitions. Against quotations of
 * AWS's pages or price list in public repositories: Lambda on arm64, WAF, X-Ray, keys of KMS and what their first two
 * rotations add, HTTP APIs. GPU instances are those of the project's notes of 2026-11-23. CloudFront, Secrets Manager,
 * alarms and metrics are the list prices as they have stood for years. Each line names AWS's page to hold it against:
 * check before you rely on a bill.
 */
export interface Price {
  /** USD for so many units. */
  usd: number;
  per: number;
  unit: string;
  /** AWS's own page. */
  page: string;
  /** Above so many units a month, so much for `per` of them. */
  tiers?: { above: number; usd: number }[];
}

const MILLION = 1_000_000;
const page = (name: string) => `https://aws.amazon.com/${name}/pricing/`;

export const PRICES = {
  httpApiRequests: {
    usd: 1,
    per: MILLION,
    unit: 'requests of up to 512 KB',
    page: page('api-gateway'),
    tiers: [{ above: 300 * MILLION, usd: 0.9 }],
  },
  cloudFrontRequests: { usd: 0.01, per: 10_000, unit: 'HTTPS requests', page: page('cloudfront') },
  cloudFrontOut: { usd: 0.085, per: 1, unit: 'GB to the internet', page: page('cloudfront') },
  cloudFrontToOrigin: { usd: 0.02, per: 1, unit: 'GB to the origin', page: page('cloudfront') },
  wafAcl: { usd: 5, per: 1, unit: 'web ACL', page: page('waf') },
  wafRules: { usd: 1, per: 1, unit: 'rules', page: page('waf') },
  wafRequests: { usd: 0.6, per: MILLION, unit: 'requests', page: page('waf') },
  lambdaRequests: { usd: 0.2, per: MILLION, unit: 'requests', page: page('lambda') },
  lambdaSeconds: { usd: 0.0000133334, per: 1, unit: 'GB-seconds on arm64', page: page('lambda') },
  dynamoWrites: { usd: 0.625, per: MILLION, unit: 'write units of 1 KB', page: page('dynamodb') },
  dynamoReads: { usd: 0.125, per: MILLION, unit: 'read units of 4 KB', page: page('dynamodb') },
  dynamoStorage: { usd: 0.25, per: 1, unit: 'GB-months', page: page('dynamodb') },
  /** Tables of the class Standard-Infrequent Access. */
  dynamoRareWrites: { usd: 0.78, per: MILLION, unit: 'write units of 1 KB', page: page('dynamodb') },
  dynamoRareReads: { usd: 0.155, per: MILLION, unit: 'read units of 4 KB', page: page('dynamodb') },
  dynamoRareStorage: { usd: 0.1, per: 1, unit: 'GB-months', page: page('dynamodb') },
  dynamoBackup: { usd: 0.2, per: 1, unit: 'GB-months of point-in-time recovery', page: page('dynamodb') },
  dynamoExpiry: { usd: 0, per: 1, unit: 'items removed by time to live', page: page('dynamodb') },
  s3Writes: { usd: 0.005, per: 1_000, unit: 'PUT and LIST requests', page: page('s3') },
  s3Reads: { usd: 0.0004, per: 1_000, unit: 'GET requests', page: page('s3') },
  s3Storage: { usd: 0.023, per: 1, unit: 'GB-months', page: page('s3') },
  transitions: { usd: 0.025, per: 1_000, unit: 'state transitions', page: page('step-functions') },
  schedules: { usd: 1, per: MILLION, unit: 'invocations', page: page('eventbridge') },
  events: { usd: 1, per: MILLION, unit: 'events', page: page('eventbridge') },
  logs: { usd: 0.5, per: 1, unit: 'GB taken in', page: page('cloudwatch') },
  logStorage: { usd: 0.03, per: 1, unit: 'GB-months', page: page('cloudwatch') },
  metrics: { usd: 0.3, per: 1, unit: 'metrics', page: page('cloudwatch') },
  alarms: { usd: 0.1, per: 1, unit: 'alarms', page: page('cloudwatch') },
  traces: { usd: 5, per: MILLION, unit: 'traces', page: page('xray') },
  secrets: { usd: 0.4, per: 1, unit: 'secrets', page: page('secrets-manager') },
  secretCalls: { usd: 0.05, per: 10_000, unit: 'calls', page: page('secrets-manager') },
  keys: { usd: 1, per: 1, unit: 'customer keys', page: page('kms') },
  keyCalls: { usd: 0.03, per: 10_000, unit: 'calls', page: page('kms') },
  /** Half of the list price, supposed: that of spot changes by the hour, and AWS says up to 90 % less. */
  spotHours: { usd: 0.368, per: 1, unit: 'hours of ml.g4dn.xlarge on spot', page: page('sagemaker') },
  endpointHours: { usd: 0.736, per: 1, unit: 'hours of ml.g4dn.xlarge', page: page('sagemaker') },
} as const satisfies Record<string, Price>;

export type Meter = keyof typeof PRICES;

/** USD of so many units in a month. */
export function priceOf(meter: Meter, quantity: number): number {
  const { usd, per, tiers = [] }: Price = PRICES[meter];
  let total = 0;
  let from = 0;
  let rate = usd;
  for (const tier of tiers) {
    total += (Math.max(0, Math.min(quantity, tier.above) - from) / per) * rate;
    from = tier.above;
    rate = tier.usd;
  }
  return total + (Math.max(0, quantity - from) / per) * rate;
}
