/** Replaces the secret header, as Secrets Manager asks for it: four steps, each of which may come again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SecretsManagerRotationEvent } from 'aws-lambda';
import type { Edge, OriginSecret } from '../../../core/edge/ports.ts';

export interface RotateDependencies {
  secret: OriginSecret;
  edge: Edge;
  newValue(): string;
  /** Between two looks at CloudFront, milliseconds. */
  waitMs?: number;
}

/** CloudFront needs some five minutes; a Lambda has fifteen. */
const LOOKS = 50;

export function createHandler({ secret, edge, newValue, waitMs = 15_000 }: RotateDependencies) {
  async function everywhere(value: string): Promise<boolean> {
    for (let look = 0; look < LOOKS; look++) {
      if (look > 0) await sleep(waitMs);
      if (await edge.sendsEverywhere(value)) return true;
    }
    return false;
  }

  return async ({ Step, ClientRequestToken: version }: SecretsManagerRotationEvent): Promise<void> => {
    switch (Step) {
      case 'createSecret':
        return secret.propose(version, newValue());
      case 'setSecret':
        return edge.send(await secret.proposed(version));
      case 'testSecret':
        if (await everywhere(await secret.proposed(version))) return;
        throw new Error('CloudFront does not send the new value everywhere yet');
      case 'finishSecret':
        // A deployment meanwhile puts the old value back, which must not end before it is replaced again.
        if (await edge.sendsEverywhere(await secret.proposed(version))) return secret.adopt(version);
        throw new Error('CloudFront no longer sends the new value everywhere');
      default:
        throw new Error(`there is no step ${Step} of a rotation`);
    }
  };
}
