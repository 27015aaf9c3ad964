/** The secret header against a server that speaks Secrets Manager's protocol and keeps versions and stages as it does. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createOriginSecret } from '../../../../adapters/edge/origin-secret.ts';
import { type EdgeCloud, startEdgeCloud } from '../../../support/edge-cloud.ts';

let cloud: EdgeCloud;
let client: SecretsManagerClient;

beforeEach(async () => {
  cloud = await startEdgeCloud();
  client = new SecretsManagerClient({
    endpoint: cloud.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });
});
afterEach(async () => {
  client.destroy();
  await cloud.stop();
});

const secret = () => createOriginSecret('origin', client);

test('one value is good until another is proposed, then both, then the other', async () => {
  expect(await secret().valid()).toEqual(['old']);
  await secret().propose('v2', 'new');
  expect(await secret().valid()).toEqual(['old', 'new']);
  expect(await secret().proposed('v2')).toBe('new');
  await secret().adopt('v2');
  expect(new Set(await secret().valid())).toEqual(new Set(['new']));
});

test('a version keeps the value that was proposed first, and is adopted once', async () => {
  await secret().propose('v2', 'new');
  await secret().propose('v2', 'another');
  expect(await secret().proposed('v2')).toBe('new');
  await secret().adopt('v2');
  await secret().adopt('v2');
  expect(cloud.versions.get('v2')!.stages).toContain('AWSCURRENT');
});

test('a version that nobody proposed is named', async () => {
  await expect(secret().proposed('v9')).rejects.toThrow('version v9 of secret origin is not there');
});

test('any other failure is not taken for a missing value', async () => {
  const broken = new SecretsManagerClient({
    endpoint: 'http://127.0.0.1:9',
    region: 'eu-central-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });
  await expect(createOriginSecret('origin', broken).valid()).rejects.toThrow();
  broken.destroy();
});
