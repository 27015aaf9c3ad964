/**
 * DynamoDB and S3 behind one address, which lets a function do only what its permissions say, as IAM would, and notes
 * what it did. DynamoDB is the store given; files are kept here.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import type { Permissions } from '../../lib/permissions.ts';

export interface GuardedCloud {
  url: string;
  /** The files of the one bucket. */
  files: Map<string, Buffer>;
  /** Who calls from now on: what it may, and where to note what it did (`GetItem Users`, `read scores`). */
  become(permissions: Permissions, done: Set<string>): void;
  stop(): Promise<void>;
}

export const BUCKET = 'objects';

export async function startGuardedCloud(storeUrl: string): Promise<GuardedCloud> {
  const files = new Map<string, Buffer>();
  let may = new Set<string>();
  let done = new Set<string>();

  /** @returns whether all of it is allowed */
  const note = (calls: string[]): boolean => {
    for (const call of calls) done.add(call);
    return calls.every((call) => may.has(call));
  };

  const dynamo = async (request: IncomingMessage, response: ServerResponse) => {
    const verb = String(request.headers['x-amz-target']).split('.')[1]!;
    const body = await text(request);
    const { TableName, IndexName, RequestItems } = JSON.parse(body);
    const tables: string[] = TableName
      ? [IndexName ? `${TableName}/${IndexName}` : TableName]
      : Object.keys(RequestItems);
    if (!note(tables.map((table) => `${verb} ${table}`))) {
      const refusal = { __type: 'com.amazon.coral.service#AccessDeniedException', Message: `no ${verb} on ${tables}` };
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(refusal));
      return;
    }
    const { 'x-amz-target': target, authorization, 'x-amz-date': date, 'content-type': type } = request.headers;
    const headers = { 'x-amz-target': target, authorization, 'x-amz-date': date, 'content-type': type };
    const reply = await fetch(storeUrl, { method: 'POST', headers: headers as Record<string, string>, body });
    response.writeHead(reply.status, { 'content-type': type! }).end(Buffer.from(await reply.arrayBuffer()));
  };

  const s3 = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url!, 'http://s3');
    const key = decodeURIComponent(url.pathname).slice(`/${BUCKET}/`.length);
    const answer = (status: number, body: string | Buffer = '') => response.writeHead(status).end(body);
    const problem = (status: number, code: string) => answer(status, `<Error><Code>${code}</Code></Error>`);
    const verb = key === '' ? 'list' : { GET: 'read', PUT: 'write', DELETE: 'remove' }[request.method!]!;
    if (!note([key === '' ? 'list' : `${verb} ${key.split('/')[0]}`])) return problem(403, 'AccessDenied');
    if (verb === 'list') {
      const found = [...files.keys()].filter((name) => name.startsWith(url.searchParams.get('prefix')!));
      const contents = found.map((name) => `<Contents><Key>${name}</Key></Contents>`).join('');
      return answer(200, `<ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`);
    }
    const body = await buffer(request);
    if (verb === 'write') files.set(key, undoChunks(body, request));
    if (verb === 'remove') files.delete(key);
    if (verb === 'read') return files.has(key) ? answer(200, files.get(key)!) : problem(404, 'NoSuchKey');
    return answer(verb === 'remove' ? 204 : 200);
  };

  const server = createServer((request, response) => {
    const handle = request.headers['x-amz-target'] ? dynamo : s3;
    handle(request, response).catch((error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    become(permissions, noted) {
      may = new Set(callsOf(permissions));
      done = noted;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The calls that permissions allow. Who reads any folder may list the bucket. */
export function callsOf({
  tables,
  usersByShard,
  outboxByList,
  reads = [],
  writes = [],
  removes = [],
  header = [],
  distribution = [],
}: Permissions): string[] {
  return [
    ...Object.entries(tables).flatMap(([table, verbs]) => verbs.map((verb) => `${verb} ${table}`)),
    ...(usersByShard ? ['Query Users/byShard'] : []),
    ...(outboxByList ? ['Query Outbox/byList'] : []),
    ...reads.map((folder) => `read ${folder}`),
    ...(reads.length > 0 ? ['list'] : []),
    ...writes.map((folder) => `write ${folder}`),
    ...removes.map((folder) => `remove ${folder}`),
    ...header,
    ...distribution,
  ];
}

/** The SDK sends a file as `size CRLF bytes CRLF … 0` and a checksum after it. */
function undoChunks(body: Buffer, request: IncomingMessage): Buffer {
  if (!String(request.headers['content-encoding'] ?? '').includes('aws-chunked')) return body;
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const line = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, line), 16);
    if (!size) return Buffer.concat(parts);
    parts.push(body.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}
