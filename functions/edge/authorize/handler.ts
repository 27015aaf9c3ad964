/** Lets through what comes from CloudFront: an authorizer of the HTTP API, which keeps the answer for a value. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerResult } from 'aws-lambda';
import { ORIGIN_HEADER, type OriginSecret } from '../../../core/edge/ports.ts';
import type { Clock } from '../../../core/ports/surroundings.ts';

export interface AuthorizeDependencies {
  secret: Pick<OriginSecret, 'valid'>;
  clock: Clock;
}

/** How long values are believed, and how soon an unknown one is a reason to read them again. */
const KEEP_MS = 60_000;
const AGAIN_MS = 1_000;

export function createHandler({ secret, clock }: AuthorizeDependencies) {
  let known: { digests: Buffer[]; readAt: number } | undefined;

  async function digestsSince(oldest: number): Promise<Buffer[]> {
    if (!known || known.readAt <= oldest) {
      const readAt = clock();
      known = { digests: (await secret.valid()).map(digest), readAt };
    }
    return known.digests;
  }

  return async (
    event: Pick<APIGatewayRequestAuthorizerEventV2, 'headers'>,
  ): Promise<APIGatewaySimpleAuthorizerResult> => {
    const sent = digest(event.headers?.[ORIGIN_HEADER] ?? '');
    const isGood = (digests: Buffer[]) => digests.some((each) => timingSafeEqual(each, sent));
    const isAuthorized =
      isGood(await digestsSince(clock() - KEEP_MS)) || isGood(await digestsSince(clock() - AGAIN_MS));
    return { isAuthorized };
  };
}

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}
