/**
 * The store: dynalite on disk, in a thread of its own, so that it answers while the handlers compute. Besides
 * DynamoDB's API it answers `GET /lock/TOKEN`, by which others know that this folder's holder is alive.
 */
import type { RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { createDynalite } from './dynalite.ts';

interface Settings {
  path: string;
  token: string;
}

const { path, token } = workerData as Settings;
const require = createRequire(import.meta.url);
const { Level } = createRequire(require.resolve('dynalite'))('level');

try {
  await checkDatabase();
  const port = await listen();
  parentPort?.postMessage({ port });
} catch (error) {
  const cause = (error as { cause?: { code?: string } }).cause;
  parentPort?.postMessage({ error: cause?.code ?? (error as { code?: string }).code ?? String(error) });
}

/** dynalite opens lazily and hides why it could not; so the database is opened once before it. */
async function checkDatabase(): Promise<void> {
  const database = new Level(path, { valueEncoding: 'json' });
  await database.open();
  await database.close();
}

async function listen(): Promise<number> {
  const server = createDynalite({ path });
  const answer = server.listeners('request')[0] as RequestListener;
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/lock/')) {
      response.writeHead(request.url === `/lock/${token}` ? 200 : 404).end();
    } else answer.call(server, request, response);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  parentPort?.on('message', () => {
    server.close(() => process.exit(0));
    // Clients that keep a connection without asking anything must not keep the store from closing.
    setTimeout(() => server.closeAllConnections(), 3_000).unref();
  });
  return (server.address() as AddressInfo).port;
}
