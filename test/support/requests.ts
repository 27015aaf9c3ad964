import type { DynamoClient } from '../../adapters/dynamo/client.ts';

export interface RequestCount {
  /** Commands sent so far, in order. */
  names: string[];
  of(name: string): number;
  stop(): void;
}

let counters = 0;

/** Counts the commands that a client sends from now on, by name (`PutItemCommand`, `QueryCommand` …). */
export function countRequests(client: DynamoClient): RequestCount {
  const names: string[] = [];
  const name = `count${counters++}`;
  client.middlewareStack.add(
    (next, context) => (args) => {
      names.push(String(context.commandName));
      return next(args);
    },
    { step: 'initialize', name },
  );
  return {
    names,
    of: (wanted) => names.filter((sent) => sent === wanted).length,
    stop: () => void client.middlewareStack.remove(name),
  };
}
