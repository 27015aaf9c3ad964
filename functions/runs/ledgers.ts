/** The ledgers of audiences with a holdout: one file each, a line a user, each beginning with the pseudonym. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Audience } from '../../core/audiences/audience.ts';
import type { Entry, Ledger } from '../../core/audiences/lift.ts';
import type { ObjectStore } from '../../core/ports/objects.ts';

function ledgerFile(name: string): string {
  return `audiences/ledgers/${name}.ndjson.gz`;
}

/** The ledger of an audience; an empty one when it has none yet, or one of an earlier audience of its name. */
export async function getLedger(objects: ObjectStore, { name, createdAt }: Audience): Promise<Ledger> {
  const empty: Ledger = { createdAt, until: null, entries: new Map() };
  const bytes = await objects.get(ledgerFile(name));
  if (!bytes) return empty;
  const [head = '{}', ...lines] = gunzipSync(bytes).toString('utf8').split('\n');
  const { ledger } = JSON.parse(head) as { ledger?: Omit<Ledger, 'entries'> };
  if (ledger?.createdAt !== createdAt) return empty;
  const entries = lines.filter((line) => line !== '').map((line): Entry => JSON.parse(line));
  return { ...ledger, entries: new Map(entries.map((entry) => [entry.user, entry])) };
}

export async function putLedger(objects: ObjectStore, name: string, ledger: Ledger): Promise<void> {
  const { entries, ...head } = ledger;
  const lines = [JSON.stringify({ ledger: head }), ...[...entries.values()].map((entry) => JSON.stringify(entry))];
  await objects.put(ledgerFile(name), gzipSync(`${lines.join('\n')}\n`));
}

export async function removeLedger(objects: ObjectStore, name: string): Promise<void> {
  await objects.remove(ledgerFile(name));
}
