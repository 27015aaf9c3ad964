import './realm.ts';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeBucket {
  pageSize: number;
  stop(): Promise<void>;
}

const PAGE = 10;

/** As much of S3's API as the object store uses, for one bucket in memory; sets the SDK's variables for it. */
export async function startBucket(name: string): Promise<FakeBucket> {
  const objects = new Map<string, Buffer>();
  const server = createServer(async (request, reply) => {
    const url = new URL(request.url ?? '/', 'http://s3');
    const [, bucket, ...rest] = url.pathname.split('/');
    const key = decodeURIComponent(rest.join('/'));
    const answer = (status: number, body: string | Buffer = '', type = 'application/xml') =>
      void reply.writeHead(status, { 'content-type': type }).end(body);
    if (bucket !== name) return answer(404, '<Error><Code>NoSuchBucket</Code></Error>');
    if (request.method === 'PUT') {
      objects.set(key, await bodyOf(request));
      return answer(200);
    }
    if (request.method === 'DELETE') {
      objects.delete(key);
      return answer(204);
    }
    if (url.searchParams.get('list-type') === '2') return answer(200, listOf(objects, url.searchParams));
    const body = objects.get(key);
    if (!body) return answer(404, '<Error><Code>NoSuchKey</Code></Error>');
    return answer(200, body, 'application/octet-stream');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const environment = {
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  const before = Object.keys(environment).map((variable) => [variable, process.env[variable]] as const);
  Object.assign(process.env, environment);
  return {
    pageSize: PAGE,
    async stop() {
      for (const [variable, value] of before) {
        if (value === undefined) delete process.env[variable];
        else process.env[variable] = value;
      }
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listOf(objects: Map<string, Buffer>, query: URLSearchParams): string {
  const from = query.get('continuation-token') ?? '';
  const prefix = query.get('prefix') ?? '';
  const names = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > from).sort();
  const page = names.slice(0, PAGE);
  const more = names.length > PAGE;
  const contents = page.map((key) => `<Contents><Key>${key.replaceAll('&', '&amp;')}</Key></Contents>`).join('');
  const next = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
  return `<ListBucketResult><IsTruncated>${more}</IsTruncated>${contents}${next}</ListBucketResult>`;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
