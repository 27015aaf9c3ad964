/** Work that a local system does again and again, as a schedule does on AWS; one at a time. */
import type { Scheduler } from './scheduler.ts';

/** @param onError told of a failure; the next time comes all the same */
export function every(ms: number, work: () => Promise<void>, onError: (error: Error) => void): Scheduler {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();
  const turn = async () => {
    try {
      await work();
    } catch (error) {
      if (!stopped) onError(error as Error);
    }
    if (!stopped) wait();
  };
  const wait = () => {
    timer = setTimeout(() => {
      current = turn();
    }, ms);
  };
  wait();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await current;
    },
  };
}
