/** Sessions of ONNX Runtime in threads of their own. */
import { Worker } from 'node:worker_threads';
import type { Tensor, TensorData } from '../core/model/kserve.ts';
import type { OutputName } from '../core/model/wire.ts';

export type Outputs = Record<OutputName, { shape: readonly number[]; data: TensorData }>;

export interface Session {
  inputNames: string[];
  outputNames: string[];
  run(tensors: Tensor[]): Promise<Outputs>;
  close(): void;
}

/**
 * @param weights a file, or the bytes of one
 * @param threads within one operator
 * @throws Error of ONNX Runtime
 */
export async function openSession(weights: string | Uint8Array, threads: number): Promise<Session> {
  const file = new URL('./onnx-thread.mjs', import.meta.url);
  const worker = new Worker(file, { workerData: { weights, threads }, execArgv: [] });
  const waiting: PromiseWithResolvers<unknown>[] = [];
  let failure: Error | undefined;
  const answer = (): Promise<unknown> => {
    const call = Promise.withResolvers<unknown>();
    if (failure) call.reject(failure);
    else waiting.push(call);
    worker.ref();
    return call.promise;
  };
  worker.on('message', ({ error, ...found }: { error?: Error }) => {
    const call = waiting.shift();
    // A thread that nobody waits for keeps no process alive.
    if (waiting.length === 0) worker.unref();
    if (error) call?.reject(error);
    else call?.resolve(found);
  });
  const fail = (error: Error): void => {
    failure ??= error;
    for (const { reject } of waiting.splice(0)) reject(failure);
  };
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('the thread of the model ended')));
  const names = (await answer()) as Pick<Session, 'inputNames' | 'outputNames'>;
  return {
    ...names,
    async run(tensors) {
      const answered = answer();
      if (!failure) worker.postMessage(tensors, [...new Set(tensors.map(({ data }) => data.buffer as ArrayBuffer))]);
      return ((await answered) as { outputs: Outputs }).outputs;
    },
    close: () => void worker.terminate(),
  };
}
