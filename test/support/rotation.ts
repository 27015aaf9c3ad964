/** A rotation as Secrets Manager asks for it, with a secret and a CloudFront that change as theirs do. */
import type { SecretsManagerRotationEvent } from 'aws-lambda';
import { type Edge, ORIGIN_HEADER, type OriginSecret } from '../../core/edge/ports.ts';
import { createHandler as createAuthorizer } from '../../functions/edge/authorize/handler.ts';
import { createHandler } from '../../functions/edge/rotate/handler.ts';

export const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

/** @param looksUntilDeployed how often CloudFront is asked until its second place sends the new value */
export function startRotation(looksUntilDeployed = 2) {
  const cloudFront = { looksUntilDeployed };
  const versions = new Map([['v1', 'old']]);
  let current = 'v1';
  let pending: string | undefined;
  // What two places of CloudFront send; the second follows later.
  const places = ['old', 'old'];
  let looks = 0;
  let now = 0;
  const secret: OriginSecret = {
    valid: async () => [current, pending].flatMap((version) => versions.get(version ?? '') ?? []),
    async propose(version, value) {
      if (versions.has(version)) return;
      versions.set(version, value);
      pending = version;
    },
    async proposed(version) {
      if (pending !== version) throw new Error(`version ${version} is not there`);
      return versions.get(version)!;
    },
    async adopt(version) {
      current = version;
    },
  };
  const edge: Edge = {
    async send(value) {
      places[0] = value;
      looks = 0;
    },
    async sendsEverywhere(value) {
      looks += 1;
      if (looks >= cloudFront.looksUntilDeployed) places[1] = places[0]!;
      return places.every((each) => each === value);
    },
  };
  let made = 0;
  const rotate = createHandler({ secret, edge, newValue: () => `new ${++made}`, waitMs: 0 });
  const authorize = createAuthorizer({ secret, clock: () => (now += 1_000) });
  const event = (Step: string, version = 'v2') =>
    ({ Step, ClientRequestToken: version, SecretId: 'secret' }) as SecretsManagerRotationEvent;
  return {
    step: (name: string, version?: string) => rotate(event(name, version)),
    cloudFront,
    places,
    /** Whether the API answers what either place sends. */
    open: async () => {
      const answers = await Promise.all(places.map((value) => authorize({ headers: { [ORIGIN_HEADER]: value } })));
      return answers.map(({ isAuthorized }) => isAuthorized);
    },
    good: () => secret.valid(),
    /** Versions and what they are, as Secrets Manager shows them. */
    versions: (): Record<string, string[]> => ({
      [current]: ['AWSCURRENT', ...(pending === current ? ['AWSPENDING'] : [])],
      ...(pending && pending !== current && { [pending]: ['AWSPENDING'] }),
    }),
  };
}
