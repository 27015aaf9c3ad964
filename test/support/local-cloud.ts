/**
 * What a state machine calls, behind one address of this machine: Lambda, with the functions given, and the endpoints of
 * SageMaker, which are in service after some looks.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface LocalCloud {
  port: number;
  /** Endpoints that stand, with what they are. */
  endpoints: Map<string, 'Creating' | 'InService' | 'Failed'>;
  /** Names of the functions called and the verbs of SageMaker, in order. */
  calls: string[];
  /** What an endpoint becomes after `looks`; or the verbs that are refused. */
  behaviour: { becomes: 'InService' | 'Failed'; looks: number; refuses: string[] };
  stop(): Promise<void>;
}

type Handler = (input: never) => Promise<unknown>;

/** @param functions by what the machine calls them */
export async function startLocalCloud(functions: Record<string, Handler>): Promise<LocalCloud> {
  const looks = new Map<string, number>();
  const cloud: LocalCloud = {
    port: 0,
    endpoints: new Map(),
    calls: [],
    behaviour: { becomes: 'InService', looks: 2, refuses: [] },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  const invoke = async (name: string, request: IncomingMessage, response: ServerResponse) => {
    const payload = await json(request);
    cloud.calls.push(name);
    const handler = functions[name];
    if (!handler) return refuse(response, 404, 'ResourceNotFoundException', `there is no function ${name}`);
    try {
      response.end(JSON.stringify(await handler(payload as never)));
    } catch (error) {
      const { name: errorType, message: errorMessage } = error as Error;
      response.setHeader('x-amz-function-error', 'Unhandled').end(JSON.stringify({ errorType, errorMessage }));
    }
  };

  const sageMaker = async (verb: string, request: IncomingMessage, response: ServerResponse) => {
    const { EndpointName: name } = (await json(request)) as { EndpointName: string };
    cloud.calls.push(verb);
    const { becomes, looks: after, refuses } = cloud.behaviour;
    if (refuses.includes(verb)) return refuse(response, 400, 'ResourceLimitExceeded', `${verb} is refused`);
    const there = cloud.endpoints.has(name);
    if ((verb === 'CreateEndpoint') === there)
      return refuse(response, 400, 'ValidationException', `Could not find endpoint, or it is there: ${name}`);
    if (verb === 'CreateEndpoint') {
      cloud.endpoints.set(name, 'Creating');
      looks.delete(name);
    }
    if (verb === 'DeleteEndpoint') cloud.endpoints.delete(name);
    if (verb !== 'DescribeEndpoint') return response.end('{}');
    looks.set(name, (looks.get(name) ?? 0) + 1);
    if (looks.get(name)! >= after) cloud.endpoints.set(name, becomes);
    return response.end(JSON.stringify({ EndpointName: name, EndpointStatus: cloud.endpoints.get(name) }));
  };

  const server = createServer((request, response) => {
    const target = String(request.headers['x-amz-target'] ?? '');
    const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url!) ?? [];
    response.setHeader('x-amzn-requestid', randomUUID());
    response.setHeader('content-type', target ? 'application/x-amz-json-1.1' : 'application/json');
    const work = name
      ? invoke(decodeURIComponent(name), request, response)
      : sageMaker(target.replace('SageMaker.', ''), request, response);
    work.catch((error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  cloud.port = (server.address() as AddressInfo).port;
  return cloud;
}

function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  response.setHeader('x-amzn-errortype', type);
  response.writeHead(status).end(JSON.stringify({ __type: type, message, Message: message }));
}
