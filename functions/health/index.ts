import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { wire } from '../wiring.ts';
import { createHandler } from './handler.ts';

let ready: ReturnType<typeof prepare> | undefined;

export async function handler(): Promise<APIGatewayProxyStructuredResultV2> {
  ready ??= prepare();
  return (await ready)();
}

async function prepare() {
  // Set by a local system until every part of it answers; a Lambda has no such time.
  return createHandler({ ...(await wire()), starting: () => process.env.SYSTEM_STARTING === 'true' });
}
