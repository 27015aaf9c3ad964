/** CloudFront's side of the secret header, against a server that speaks its protocol. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import { createDistribution } from '../../../../adapters/edge/distribution.ts';

const ORIGINS = (value: string, name: string) =>
  `<Origins><Quantity>2</Quantity><Items>
  <Origin><Id>files</Id><DomainName>files.s3.amazonaws.com</DomainName><CustomHeaders><Quantity>0</Quantity></CustomHeaders></Origin>
  <Origin><Id>api</Id><DomainName>abc.execute-api.eu-central-1.amazonaws.com</DomainName><CustomHeaders><Quantity>2</Quantity><Items>
    <OriginCustomHeader><HeaderName>x-other</HeaderName><HeaderValue>stays</HeaderValue></OriginCustomHeader>
    <OriginCustomHeader><HeaderName>${name}</HeaderName><HeaderValue>${value}</HeaderValue></OriginCustomHeader>
  </Items></CustomHeaders></Origin></Items></Origins>`;

const CONFIG = (value: string, name: string) =>
  `<CallerReference>once</CallerReference>${ORIGINS(value, name)}<Comment>ours</Comment><Enabled>true</Enabled><WebACLId>acl</WebACLId>`;

let server: Server;
let client: CloudFrontClient;
let state: { value: string; name: string; status: string; puts: { path: string; ifMatch: unknown; body: string }[] };

beforeEach(async () => {
  state = { value: 'old', name: 'x-buy-timing-origin', status: 'Deployed', puts: [] };
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const config = CONFIG(state.value, state.name);
    response.setHeader('etag', 'E1');
    if (request.method === 'PUT') state.puts.push({ path: request.url!, ifMatch: request.headers['if-match'], body });
    response.end(
      request.method === 'GET' && request.url!.endsWith('/config')
        ? `<DistributionConfig>${config}</DistributionConfig>`
        : `<Distribution><Id>D1</Id><Status>${state.status}</Status><DistributionConfig>${config}</DistributionConfig></Distribution>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new CloudFrontClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });
});
afterEach(async () => {
  client.destroy();
  await new Promise((resolve) => server.close(resolve));
});

const edge = () => createDistribution('D1', client);

test('a value replaces the old one of the header and nothing else, over what was read', async () => {
  await edge().send('new');
  expect(state.puts).toHaveLength(1);
  const { path, ifMatch, body } = state.puts[0]!;
  expect(path).toMatch(/\/distribution\/D1\/config$/);
  expect(ifMatch).toBe('E1');
  const values = [...body.matchAll(/<HeaderValue>(.*?)<\/HeaderValue>/g)].map(([, value]) => value);
  expect(values).toEqual(['stays', 'new']);
  expect(body).toContain('<WebACLId>acl</WebACLId>');
  expect(body).toContain('<Comment>ours</Comment>');
});

test('a value that is sent already is not sent again', async () => {
  await edge().send('old');
  expect(state.puts).toEqual([]);
});

test('a distribution without the header is an error, since nothing would be replaced', async () => {
  state.name = 'x-another';
  await expect(edge().send('new')).rejects.toThrow('no origin with the header x-buy-timing-origin');
  expect(await edge().sendsEverywhere('old')).toBe(false);
});

test('it sends a value everywhere once it has it and is deployed', async () => {
  expect(await edge().sendsEverywhere('old')).toBe(true);
  expect(await edge().sendsEverywhere('new')).toBe(false);
  state.status = 'InProgress';
  expect(await edge().sendsEverywhere('old')).toBe(false);
});
