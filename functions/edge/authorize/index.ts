import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerResult } from 'aws-lambda';
import { createOriginSecret } from '../../../adapters/edge/origin-secret.ts';
import { parseEdgeEnvironment } from '../environment.ts';
import { createHandler } from './handler.ts';

let wired: ReturnType<typeof createHandler> | undefined;

export async function handler(event: APIGatewayRequestAuthorizerEventV2): Promise<APIGatewaySimpleAuthorizerResult> {
  wired ??= wire();
  return wired(event);
}

function wire(): ReturnType<typeof createHandler> {
  const { ORIGIN_SECRET_ID } = parseEdgeEnvironment(process.env);
  return createHandler({ secret: createOriginSecret(ORIGIN_SECRET_ID), clock: Date.now });
}
