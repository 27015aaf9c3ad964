/** Progress on stderr: on a terminal one line that is rewritten, elsewhere a line every few seconds. */
const TERMINAL_MS = 100;
const PLAIN_MS = 5_000;

export interface Progress {
  show(text: string): void;
  /** Removes the line from the terminal, so that what is printed next stands alone. */
  clear(): void;
}

const shared = new WeakMap<NodeJS.WriteStream, Progress>();

/** The one progress line of a stream. */
export function createProgress(stream: NodeJS.WriteStream, now: () => number = Date.now): Progress {
  const known = shared.get(stream);
  if (known) return known;
  let last = Number.NEGATIVE_INFINITY;
  let shown = false;
  const progress: Progress = {
    show(text) {
      const time = now();
      if (time - last < (stream.isTTY ? TERMINAL_MS : PLAIN_MS)) return;
      last = time;
      if (!stream.isTTY) {
        stream.write(`${text}\n`);
        return;
      }
      stream.write(`\r\u001b[2K${text.slice(0, Math.max(20, (stream.columns ?? 80) - 1))}`);
      shown = true;
    },
    clear() {
      if (shown) stream.write('\r\u001b[2K');
      shown = false;
      last = Number.NEGATIVE_INFINITY;
    },
  };
  shared.set(stream, progress);
  return progress;
}
