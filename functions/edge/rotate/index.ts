import { randomBytes } from 'node:crypto';
import type { SecretsManagerRotationEvent } from 'aws-lambda';
import { createDistribution } from '../../../adapters/edge/distribution.ts';
import { createOriginSecret } from '../../../adapters/edge/origin-secret.ts';
import { parseEdgeEnvironment } from '../environment.ts';
import { createHandler } from './handler.ts';

/** Once a month: nothing is worth keeping from one call to the next. */
export async function handler(event: SecretsManagerRotationEvent): Promise<void> {
  const { ORIGIN_SECRET_ID, DISTRIBUTION_ID } = parseEdgeEnvironment(process.env);
  const rotate = createHandler({
    secret: createOriginSecret(ORIGIN_SECRET_ID),
    edge: createDistribution(DISTRIBUTION_ID),
    newValue: () => randomBytes(32).toString('base64url'),
  });
  return rotate(event);
}
