/** A rotation as Secrets Manager asks for it, with a secret and a CloudFront that change as theirs do. */
import type { SecretsManagerRotationEvent } from 'aws-lambda';
import { type Edge, ORIGIN_HEADER, type OriginSecret } from '../../../../core/edge/ports.ts';
import { createHandler as createAuthorizer } from '../../../../functions/edge/authorize/handler.ts';
import { createHandler } from '../../../../functions/edge/rotate/handler.ts';

const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

function start(looksUntilDeployed = 2) {
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
      if (looks >= looksUntilDeployed) places[1] = places[0]!;
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
    places,
    /** Whether the API answers what either place sends. */
    open: async () => {
      const answers = await Promise.all(places.map((value) => authorize({ headers: { [ORIGIN_HEADER]: value } })));
      return answers.map(({ isAuthorized }) => isAuthorized);
    },
    good: () => secret.valid(),
  };
}

test('after the four steps the new value alone is sent', async () => {
  const { step, places, good } = start();
  for (const name of STEPS) await step(name);
  expect(places).toEqual(['new 1', 'new 1']);
  expect(new Set(await good())).toEqual(new Set(['new 1']));
});

test('the API answers to every place of CloudFront after each step', async () => {
  const { step, open } = start();
  expect(await open()).toEqual([true, true]);
  for (const name of STEPS) {
    await step(name);
    expect(await open()).toEqual([true, true]);
  }
});

test('a step that comes again changes nothing', async () => {
  const { step, places, open } = start();
  for (const name of STEPS) {
    await step(name);
    await step(name);
  }
  expect(places).toEqual(['new 1', 'new 1']);
  expect(await open()).toEqual([true, true]);
});

test('while a place still sends the old value it stays good, and the rotation fails', async () => {
  const { step, open, good } = start(Number.POSITIVE_INFINITY);
  await step('createSecret');
  await step('setSecret');
  await expect(step('testSecret')).rejects.toThrow('not send the new value everywhere');
  await expect(step('finishSecret')).rejects.toThrow('no longer');
  expect(await good()).toEqual(['old', 'new 1']);
  expect(await open()).toEqual([true, true]);
});

test('a deployment that puts the old value back before the end keeps the old value good', async () => {
  const { step, places, open, good } = start();
  for (const name of STEPS.slice(0, 3)) await step(name);
  places.fill('old');
  await expect(step('finishSecret')).rejects.toThrow('no longer');
  expect(await good()).toEqual(['old', 'new 1']);
  expect(await open()).toEqual([true, true]);
});

test('a version that was never proposed is not sent', async () => {
  const { step, places } = start();
  await expect(step('setSecret', 'v3')).rejects.toThrow('v3');
  expect(places).toEqual(['old', 'old']);
});

test('a step that does not exist is named', async () => {
  await expect(start().step('guess')).rejects.toThrow('no step guess');
});
