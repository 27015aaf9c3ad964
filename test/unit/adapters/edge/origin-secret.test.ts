/** The secret header against a server that speaks Secrets Manager's protocol and keeps versions and stages as it does. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createOriginSecret } from '../../../../adapters/edge/origin-secret.ts';

interface Version {
  value: string;
  stages: string[];
}

let server: Server;
let client: SecretsManagerClient;
let versions: Map<string, Version>;

type Call = Record<string, string> & { VersionStages?: string[] };

/** Moves a stage to a version, as only one has it. */
function label(stage: string, id: string): void {
  for (const version of versions.values()) version.stages = version.stages.filter((each) => each !== stage);
  versions.get(id)!.stages.push(stage);
}

const answers: Record<string, (call: Call) => unknown> = {
  GetSecretValue({ VersionStage: stage, VersionId: id }) {
    const found = [...versions].find(
      ([name, { stages }]) => (!id || name === id) && (!stage || stages.includes(stage)),
    );
    return found && { SecretString: found[1].value, VersionId: found[0] };
  },
  PutSecretValue({ ClientRequestToken: id, SecretString: value, VersionStages: stages = [] }) {
    versions.set(id!, { value: value!, stages: [] });
    for (const stage of stages) label(stage, id!);
    return {};
  },
  DescribeSecret: () => ({
    VersionIdsToStages: Object.fromEntries([...versions].map(([id, { stages }]) => [id, stages])),
  }),
  UpdateSecretVersionStage({ VersionStage: stage, MoveToVersionId: to, RemoveFromVersionId: from }) {
    // Secrets Manager wants to be told who had it.
    if (!versions.get(from!)?.stages.includes(stage!)) return undefined;
    label(stage!, to!);
    return {};
  },
};

beforeEach(async () => {
  versions = new Map([['v1', { value: 'old', stages: ['AWSCURRENT'] }]]);
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const action = String(request.headers['x-amz-target']).split('.')[1]!;
    const answer = answers[action]!(JSON.parse(Buffer.concat(chunks).toString()));
    response.writeHead(answer ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer ?? { __type: 'ResourceNotFoundException', message: 'there is none' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new SecretsManagerClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });
});
afterEach(async () => {
  client.destroy();
  await new Promise((resolve) => server.close(resolve));
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
  expect(versions.get('v2')!.stages).toContain('AWSCURRENT');
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
