/** Where every window event goes: a bus of EventBridge, or a file of lines that one can read. */
import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import type { EventBus, RecordedEvent } from '../core/events/ports.ts';

/** Entries of one call. */
const BATCH = 10;
const SOURCE = 'buy-timing';

/** @param address `file:` and a path, `eventbridge:` and the name of a bus; empty: nowhere */
export function createEventBus(address: string): EventBus {
  if (address === '') return { async publish() {}, async forget() {} };
  if (address.startsWith('file:')) return createFileBus(address.slice('file:'.length));
  if (address.startsWith('eventbridge:')) return createBridge(address.slice('eventbridge:'.length));
  throw new Error('EVENT_BUS is neither file: and a path nor eventbridge: and a name');
}

function lineOf({ published: _, recordedAt, ...event }: RecordedEvent) {
  return { ...event, at: new Date(recordedAt).toISOString() };
}

function createFileBus(path: string): EventBus {
  return {
    async publish(events) {
      await appendFile(path, events.map((event) => `${JSON.stringify(lineOf(event))}\n`).join(''), { mode: 0o600 });
    },
    async forget(user) {
      const text = await readFile(path, 'utf8').catch(() => '');
      const kept = text.split('\n').filter((line) => line !== '' && JSON.parse(line).user !== user);
      await writeFile(`${path}.new`, kept.map((line) => `${line}\n`).join(''), { mode: 0o600 });
      await rename(`${path}.new`, path);
    },
  };
}

/** The SDK is loaded with the first event. */
function createBridge(name: string): EventBus {
  return {
    async publish(events) {
      const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
      const client = new EventBridgeClient({});
      for (let start = 0; start < events.length; start += BATCH) {
        const Entries = events.slice(start, start + BATCH).map((event) => ({
          EventBusName: name,
          Source: SOURCE,
          DetailType: event.type,
          Time: new Date(event.recordedAt),
          Detail: JSON.stringify(lineOf(event)),
        }));
        const { FailedEntryCount: failed = 0 } = await client.send(new PutEventsCommand({ Entries }));
        // All of them again later: the bus may hear of an event twice, under the same id.
        if (failed > 0) throw new Error(`the event bus did not take ${failed} of ${Entries.length} events`);
      }
    },
    async forget() {},
  };
}
