/** Carries out requests of privacy in a local system as soon as they come, as the schedule does on AWS. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EraseReply } from '../functions/erase/handler.ts';

const LOOK_MS = 1_000;
/** After a failure, so that one that stays does not fill the terminal. */
const PAUSE_MS = 60_000;

export interface Eraser {
  /** Resolves when what was begun has ended; the rest is done after the next start. */
  stop(): Promise<void>;
}

export function startEraser(options: {
  erase: () => Promise<EraseReply>;
  onError: (error: unknown) => void;
  lookMs?: number;
}): Eraser {
  const stopped = new AbortController();
  const wait = (ms: number) => sleep(ms, undefined, { signal: stopped.signal, ref: false }).catch(() => {});
  const work = async () => {
    while (!stopped.signal.aborted) {
      try {
        await options.erase();
        await wait(options.lookMs ?? LOOK_MS);
      } catch (error) {
        if (!stopped.signal.aborted) options.onError(error);
        await wait(PAUSE_MS);
      }
    }
  };
  const ended = work();
  return {
    stop() {
      stopped.abort();
      return ended;
    },
  };
}
