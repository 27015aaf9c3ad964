/**
 * A model endpoint on this machine: SageMaker Runtime's `POST /endpoints/{name}/invocations` and `GET /ping`, with
 * KServe v2 as JSON or binary. Anything off the model contract is refused with 400 and a message. Unlike Triton it has
 * several models: the custom attributes of a call name the version that it was made for.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { loadModel } from '../adapters/onnx.ts';
import { MODEL_NAME } from '../core/model/contract.ts';
import { ContractError, JSON_TYPE } from '../core/model/kserve.ts';
import { encodeReply, parseRequest } from '../core/model/wire.ts';

/** What SageMaker takes in one call. */
const BODY_LIMIT = 6 * 1024 * 1024;
const THREADS = 2;
const CLOSE_MS = 3_000;

export interface ModelEndpoint {
  port: number;
  /** Answers what is in flight, then stops. */
  close(): Promise<void>;
}

/** A request that is refused before it is read. */
class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface EndpointOptions {
  bundle: string;
  models?: string;
  port: number;
}

/**
 * @param bundle folder of the bundle that calls without a version are for
 * @param models folder of other bundles, by version
 * @param port 0: any free one
 * @throws BundleRefused, or the error of a busy port
 */
export async function startModelEndpoint({ bundle, models, port }: EndpointOptions): Promise<ModelEndpoint> {
  const own = await loadModel(bundle, THREADS);
  let other: { version: string; model: ReturnType<typeof loadModel> } | undefined;

  const modelOf = (version: string | undefined) => {
    if (!version || !models || version === own.bundle.manifest.version) return own;
    if (!/^[\w-]+$/.test(version)) throw new Refused(400, 'there is no such model');
    if (other?.version === version) return other.model;
    const loading = { version, model: loadModel(join(models, version), THREADS) };
    other = loading;
    // A failure is not kept: the next call tries again.
    loading.model.catch(() => {
      if (other === loading) other = undefined;
    });
    return loading.model;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '').split('?')[0]!;
    if (path === '/ping' && request.method === 'GET') return send(response, 200, JSON_TYPE, Buffer.from('{}'));
    if (!/^\/endpoints\/[^/]+\/invocations$/.test(path)) throw new Refused(404, 'there is nothing at this path');
    if (request.method !== 'POST') throw new Refused(405, 'invocations take POST');
    const body = await readBody(request);
    const asked = parseRequest({ contentType: request.headers['content-type'] ?? '', body });
    const model = await modelOf(request.headers['x-amzn-sagemaker-custom-attributes']?.toString());
    const output = await model.score(asked.input);
    const reply = encodeReply(output, asked, { name: MODEL_NAME, version: model.bundle.manifest.version });
    send(response, 200, reply.contentType, reply.body);
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const status = error instanceof ContractError ? 400 : error instanceof Refused ? error.status : 500;
      const text = status === 500 ? 'the model failed' : (error as Error).message;
      if (status === 500) process.stderr.write(`model endpoint: ${String(error)}\n`);
      // `error` is KServe's name for it, `message` the AWS SDK's.
      send(response, status, JSON_TYPE, Buffer.from(JSON.stringify({ error: text, message: text })));
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const late = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
      await closed;
      clearTimeout(late);
    },
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= BODY_LIMIT) chunks.push(chunk);
  }
  if (size > BODY_LIMIT) throw new Refused(413, `the body has ${size} bytes; a call takes ${BODY_LIMIT}`);
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, status: number, contentType: string, body: Uint8Array): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': body.length });
  response.end(body);
}
