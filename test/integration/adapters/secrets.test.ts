import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '../../support/realm.ts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadSecrets } from '../../../adapters/secrets.ts';

const PEPPER = 'pepper-of-32-characters-or-more!';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(text: string): Promise<string> {
  const path = join(folder, 'secrets.json');
  await writeFile(path, text);
  return `file:${path}`;
}

describe('a file', () => {
  test('gives both secrets, or the pepper alone', async () => {
    const both = { pepper: PEPPER, encryptionKey: 'key-of-32-characters-or-more!!!!' };
    expect(await loadSecrets(await fileOf(JSON.stringify(both)))).toStrictEqual(both);
    expect(await loadSecrets(await fileOf(JSON.stringify({ pepper: PEPPER })))).toStrictEqual({ pepper: PEPPER });
  });

  test.each([
    ['not JSON', 'secret-text-without-braces', 'is not JSON'],
    ['without a pepper', '{"encryptionKey":"key-of-32-characters-or-more!!!!"}', 'is not usable: pepper'],
    ['with a short pepper', '{"pepper":"short"}', 'is not usable: pepper'],
    ['with a key that is no text', `{"pepper":"${PEPPER}","encryptionKey":7}`, 'is not usable: encryptionKey'],
    ['that is a list', '["secret-text"]', 'is not usable: the whole'],
  ])('%s is refused by name, without what it holds', async (_, text, message) => {
    const id = await fileOf(text);
    const failure = await loadSecrets(id).catch((error) => error);
    expect(failure.message).toBe(`secret ${id} ${message}`);
    expect(failure.cause).toBeUndefined();
  });

  test('that is missing is refused', async () => {
    await expect(loadSecrets(`file:${folder}/none.json`)).rejects.toThrow('ENOENT');
  });
});

describe('Secrets Manager', () => {
  let server: Server;
  const asked: unknown[] = [];
  const variables = ['AWS_ENDPOINT_URL_SECRETS_MANAGER', 'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
  const before = variables.map((name) => [name, process.env[name]] as const);

  beforeAll(async () => {
    server = createServer(async (request, reply) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      asked.push([request.headers['x-amz-target'], JSON.parse(body)]);
      const text = JSON.stringify({ SecretString: JSON.stringify({ pepper: PEPPER }) });
      reply.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    for (const name of variables) process.env[name] = name.includes('URL') ? `http://127.0.0.1:${port}` : 'us-east-1';
  });
  afterAll(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    server.closeAllConnections();
    server.close();
  });

  test('gives the secret of the id', async () => {
    expect(await loadSecrets('arn:aws:secretsmanager:us-east-1:1:secret:s')).toEqual({ pepper: PEPPER });
    expect(asked).toEqual([
      ['secretsmanager.GetSecretValue', { SecretId: 'arn:aws:secretsmanager:us-east-1:1:secret:s' }],
    ]);
  });
});
