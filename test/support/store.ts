import './realm.ts';
import type { AddressInfo } from 'node:net';
import { createDynamoClient, type DynamoClient } from '../../adapters/dynamo/client.ts';
import { createTables } from '../../adapters/dynamo/tables.ts';
import { createDynalite } from '../../local/dynalite.ts';

export interface TestStore {
  port: number;
  url: string;
  /** A client of this store; its tables have no prefix. */
  client: DynamoClient;
  /** What was set in `process.env` so that the SDK and `wire()` reach this store. */
  environment: Record<string, string>;
  /** Closes the store and puts `process.env` back. */
  stop(): Promise<void>;
}

/**
 * A real DynamoDB API (dynalite) on a free port of this machine, with the tables created.
 * @param options.onDisk folder of the database; absent: in memory
 */
export async function startStore(options: { onDisk?: string } = {}): Promise<TestStore> {
  const server = createDynalite({ path: options.onDisk });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const environment = {
    AWS_ENDPOINT_URL_DYNAMODB: url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    TABLE_PREFIX: '',
  };
  const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, environment);
  const client = createDynamoClient();
  await createTables(client, '');
  return {
    port,
    url,
    client,
    environment,
    async stop() {
      client.destroy();
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      const closed = new Promise<void>((resolve, reject) =>
        server.close((error) => (error ? reject(error) : resolve())),
      );
      server.closeAllConnections();
      await closed;
    },
  };
}
