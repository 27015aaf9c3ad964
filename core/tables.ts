/** The tables of the store, declared once: the CDK stack and the local store both read this. */
export interface TableDefinition {
  partitionKey: { name: string; type: 'S' | 'N' };
  sortKey?: { name: string; type: 'S' | 'N' };
  timeToLive?: string;
  /** Much is kept and little is asked for: storage at 40 % of the price, calls at 125 %. */
  rarelyRead?: true;
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
    rarelyRead: true,
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
  /** Window events, and their delivery to each webhook under `event/webhook`. `list` is what it waits for or lies in. */
  Outbox: {
    partitionKey: { name: 'user', type: 'S' },
    sortKey: { name: 'event', type: 'S' },
    timeToLive: 'expires',
    index: {
      name: 'byList',
      partitionKey: { name: 'list', type: 'S' },
      sortKey: { name: 'at', type: 'S' },
      projects: ['value', 'expires'],
    },
  },
  Erasures: { partitionKey: { name: 'id', type: 'S' } },
} as const satisfies Record<string, TableDefinition>;

export type TableName = keyof typeof TABLES;

/** Users are spread over this many shards; a nightly run scores one shard per call. */
export const SHARDS = 256;
