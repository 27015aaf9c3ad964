import { createServer, type IncomingMessage, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What happens to a request: `cut` drops the connection before the store saw it, `cut-after` when it has done what was
 * asked but not said so; `hang` never answers.
 */
export type Fault = 'pass' | 'throttle' | 'limit' | 'cut' | 'cut-after' | 'hang';

export interface FaultyStore {
  url: string;
  /** Decides the fate of each request; `operation` as in `PutItem`. Replace it at any time. */
  decide: (operation: string) => Fault;
  requests: number;
  stop(): Promise<void>;
}

/** A proxy in front of a store of this machine that throttles and cuts connections as it is told. */
export async function startFaults(storePort: number): Promise<FaultyStore> {
  const server = createServer(async (incoming, reply) => {
    faults.requests++;
    const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
    const fate = faults.decide(operation);
    const body = await bodyOf(incoming);
    if (fate === 'hang') return;
    if (fate === 'cut') return void incoming.socket.destroy();
    if (fate === 'throttle' || fate === 'limit') {
      const type = fate === 'throttle' ? 'ProvisionedThroughputExceededException' : 'RequestLimitExceeded';
      const text = JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'too much' });
      return void reply.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(text);
    }
    const onward = send(
      { host: '127.0.0.1', port: storePort, method: incoming.method, path: incoming.url, headers: incoming.headers },
      async (answer) => {
        const text = await bodyOf(answer);
        if (fate === 'cut-after') incoming.socket.destroy();
        else reply.writeHead(answer.statusCode ?? 500, answer.headers).end(text);
      },
    );
    onward.on('error', () => incoming.socket.destroy());
    onward.end(body);
  });
  const faults: FaultyStore = {
    url: '',
    decide: () => 'pass',
    requests: 0,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  faults.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return faults;
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}
