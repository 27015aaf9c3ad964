import './realm.ts';
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createDynamoClient, type DynamoClient } from '../../adapters/dynamo/client.ts';
import { createTables } from '../../adapters/dynamo/tables.ts';
import { createDynalite } from '../../local/dynalite.ts';

export interface TestStore {
  port: number;
  url: string;
  /** A client of this store; its tables have no prefix. */
  client: DynamoClient;
  /** Whether the units of a write include those of indexes, as they do on AWS: dynalite leaves them out. */
  countsIndexes: boolean;
  /** What was set in `process.env` so that the SDK and `wire()` reach this store. */
  environment: Record<string, string>;
  /** Closes the store and puts `process.env` back. */
  stop(): Promise<void>;
}

/** A store without tables. */
interface Server {
  url: string;
  /** Who asks; DynamoDB Local keeps the tables of each apart. */
  accessKey: string;
  close(): Promise<void>;
}

/**
 * A real DynamoDB API with the tables created: dynalite on a free port of this machine, or under `STORE=dynamodb-local`
 * that one, with tables that no other test sees.
 * @param options.onDisk folder of dynalite's database; absent: in memory
 */
export async function startStore(options: { onDisk?: string } = {}): Promise<TestStore> {
  const local = process.env.STORE === 'dynamodb-local' && !options.onDisk;
  const server = local ? dynamoDbLocal() : await startDynalite(options.onDisk);
  const environment = {
    AWS_ENDPOINT_URL_DYNAMODB: server.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: server.accessKey,
    AWS_SECRET_ACCESS_KEY: 'local',
    TABLE_PREFIX: '',
  };
  const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, environment);
  const client = createDynamoClient();
  await createTables(client, '');
  return {
    port: Number(new URL(server.url).port),
    url: server.url,
    client,
    countsIndexes: local,
    environment,
    async stop() {
      client.destroy();
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      await server.close();
    },
  };
}

async function startDynalite(path: string | undefined): Promise<Server> {
  const server = createDynalite({ path });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accessKey: 'local',
    async close() {
      const closed = new Promise<void>((resolve, reject) =>
        server.close((error) => (error ? reject(error) : resolve())),
      );
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The one that `start-dynamodb-local.ts` started. */
function dynamoDbLocal(): Server {
  const accessKey = `test${randomBytes(8).toString('hex')}`;
  return { url: process.env.DYNAMODB_LOCAL_URL!, accessKey, close: async () => {} };
}
