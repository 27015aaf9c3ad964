/** A part of the system that runs in a worker thread: it says its port when it answers, and closes when told. */
import { Worker } from 'node:worker_threads';

export interface Part {
  port: number;
  /** Rejects when the part ends without having been told to. */
  failed: Promise<never>;
  close(): Promise<void>;
}

/** The part could not start; `reason` is its own word for why. */
export class PartFailed extends Error {
  readonly reason: string;

  constructor(part: string, reason: string) {
    super(`the ${part} did not start: ${reason}`);
    this.reason = reason;
    this.name = 'PartFailed';
  }
}

/** @param file worker script beside this file; it posts `{port}` or `{error}` */
export async function startPart(name: string, file: string, workerData: unknown): Promise<Part> {
  const worker = new Worker(new URL(file, import.meta.url), { workerData, execArgv: [] });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', (message: { port?: number; error?: string }) => {
      if (message.port !== undefined) resolve(message.port);
      else reject(new PartFailed(name, message.error ?? 'no reason given'));
    });
    worker.once('error', (error) => reject(new PartFailed(name, error.message)));
  }).catch(async (error) => {
    await worker.terminate();
    throw error;
  });
  let closing = false;
  const failed = new Promise<never>((_, reject) => {
    worker.on('error', (error) => reject(new Error(`the ${name} failed: ${error.message}`)));
    ended.then(() => {
      if (!closing) reject(new Error(`the ${name} ended`));
    });
  });
  failed.catch(() => {});
  return {
    port,
    failed,
    async close() {
      closing = true;
      worker.postMessage('close');
      await ended;
    },
  };
}
