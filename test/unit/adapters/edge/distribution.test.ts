/** CloudFront's side of the secret header, against a server that speaks its protocol. */
import { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import { createDistribution } from '../../../../adapters/edge/distribution.ts';
import { type EdgeCloud, startEdgeCloud } from '../../../support/edge-cloud.ts';

let cloud: EdgeCloud;
let client: CloudFrontClient;

beforeEach(async () => {
  cloud = await startEdgeCloud();
  client = new CloudFrontClient({
    endpoint: cloud.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });
});
afterEach(async () => {
  client.destroy();
  await cloud.stop();
});

const edge = () => createDistribution('D1', client);

test('a value replaces the old one of the header and nothing else, over what was read', async () => {
  await edge().send('new');
  expect(cloud.puts).toHaveLength(1);
  const { path, ifMatch, body } = cloud.puts[0]!;
  expect(path).toMatch(/\/distribution\/D1\/config$/);
  expect(ifMatch).toBe('E1');
  const values = [...body.matchAll(/<HeaderValue>(.*?)<\/HeaderValue>/g)].map(([, value]) => value);
  expect(values).toEqual(['stays', 'new']);
  expect(body).toContain('<WebACLId>acl</WebACLId>');
  expect(body).toContain('<Comment>ours</Comment>');
});

test('a value that is sent already is not sent again', async () => {
  await edge().send('old');
  expect(cloud.puts).toEqual([]);
});

test('a distribution without the header is an error, since nothing would be replaced', async () => {
  cloud.distribution.header = 'x-another';
  await expect(edge().send('new')).rejects.toThrow('no origin with the header x-buy-timing-origin');
  expect(await edge().sendsEverywhere('old')).toBe(false);
});

test('it sends a value everywhere once it has it and is deployed', async () => {
  expect(await edge().sendsEverywhere('old')).toBe(true);
  expect(await edge().sendsEverywhere('new')).toBe(false);
  cloud.distribution.status = 'InProgress';
  expect(await edge().sendsEverywhere('old')).toBe(false);
});
