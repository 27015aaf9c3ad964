/** The tables of the store, declared once: the CDK stack and the local store both read this. */
export interface TableDefinition {
  partitionKey: { name: string; type: 'S' | 'N' };
  sortKey?: { name: string; type: 'S' | 'N' };
  timeToLive?: string;
  index?: {
    name: string;
    partitionKey: { name: string; type: 'S' | 'N' };
    sortKey: { name: string; type: 'S' | 'N' };
    /** Attributes copied into the index besides its keys and the table's. */
    projects: string[];
  };
}

export const TABLES = {
  Actions: {
    partitionKey: { name: 'user', type: 'S' },
    sortKey: { name: 'dayChunk', type: 'S' },
    timeToLive: 'expires',
  },
  Users: {
    partitionKey: { name: 'user', type: 'S' },
    index: {
      name: 'byShard',
      partitionKey: { name: 'shard', type: 'N' },
      sortKey: { name: 'lastActionDay', type: 'S' },
      projects: ['firstActionDay'],
    },
  },
  Runs: { partitionKey: { name: 'day', type: 'S' }, sortKey: { name: 'shard', type: 'S' } },
  Links: { partitionKey: { name: 'id', type: 'S' } },
  Settings: { partitionKey: { name: 'kind', type: 'S' }, sortKey: { name: 'name', type: 'S' } },
  Sources: {
    partitionKey: { name: 'day', type: 'S' },
    sortKey: { name: 'source', type: 'S' },
    timeToLive: 'expires',
  },
  Outbox: { partitionKey: { name: 'event', type: 'S' } },
  Erasures: { partitionKey: { name: 'id', type: 'S' } },
} as const satisfies Record<string, TableDefinition>;

export type TableName = keyof typeof TABLES;

/** Users are spread over this many shards; a nightly run scores one shard per call. */
export const SHARDS = 256;
