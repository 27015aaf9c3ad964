/** Tells webhooks of window events while a local system runs, as the schedule does on AWS, only sooner. */
import type { DeliverReply } from '../functions/deliver/handler.ts';
import type { Scheduler } from './scheduler.ts';

const EVERY_MS = 15_000;

/** @param warn told of a failure; the next look tries again */
export function startDeliveries(warn: (line: string) => void, everyMs = EVERY_MS): Scheduler {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();
  const look = async () => {
    try {
      const { handler } = (await import('../functions/deliver/index.ts')) as {
        handler: (event: unknown) => Promise<DeliverReply>;
      };
      await handler({});
    } catch (error) {
      if (!stopped) warn(`window events could not be told (${(error as Error).message}); it is tried again`);
    }
    if (!stopped) wait();
  };
  const wait = () => {
    timer = setTimeout(() => {
      current = look();
    }, everyMs);
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
