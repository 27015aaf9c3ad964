/** The file of rows that were left out: line and reason as CSV, and nothing of the rows themselves. */

import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { describeReject, type Reject } from '../../core/import/cell.ts';
import { Failure } from '../../local/failure.ts';

export interface Rejects {
  add(line: number, reject: Reject): Promise<void>;
  /** How often each reason was given. */
  readonly reasons: Record<string, number>;
  close(): Promise<void>;
}

/**
 * @param path absent: reasons are only counted
 * @throws Failure when the file cannot be written
 */
export async function openRejects(path: string | undefined): Promise<Rejects> {
  const file = path === undefined ? undefined : await created(path);
  const reasons = new Map<string, number>();
  let failed: Error | undefined;
  file?.on('error', (error) => {
    failed = error;
  });
  const check = () => {
    if (failed) throw new Failure(`the file ${path} cannot be written (${(failed as NodeJS.ErrnoException).code})`);
  };
  return {
    get reasons() {
      return Object.fromEntries(reasons);
    },
    async add(line, reject) {
      const reason = describeReject(reject);
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      check();
      if (file && !file.write(`${line},"${reason.replaceAll('"', '""')}"\n`)) await once(file, 'drain');
    },
    async close() {
      check();
      if (!file) return;
      await new Promise<void>((done) => file.end(done));
      check();
    },
  };
}

async function created(path: string): Promise<WriteStream> {
  const file = createWriteStream(path);
  try {
    await once(file, 'open');
  } catch (error) {
    throw new Failure(`the file ${path} cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
  file.write('line,reason\n');
  return file;
}
