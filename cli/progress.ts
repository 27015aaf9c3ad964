/** Progress on stderr: on a terminal one line that is rewritten, elsewhere a line every few seconds. */
const TERMINAL_MS = 100;
const PLAIN_MS = 5_000;
/** What is done by then needs no progress off a terminal. */
const PLAIN_FIRST_MS = 1_500;

export interface Progress {
  /** Shows the text now, or when it is due if nothing newer came until then. */
  show(text: string): void;
  /** Forgets what waits, and removes the line from the terminal, so that what is printed next stands alone. */
  clear(): void;
}

const shared = new WeakMap<object, Progress>();

/** The one progress line of a stream. */
export function createProgress(stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>): Progress {
  const known = shared.get(stream);
  if (known) return known;
  let due = Number.NEGATIVE_INFINITY;
  let begun = false;
  let shown = false;
  let waiting: NodeJS.Timeout | undefined;
  let latest = '';

  const write = () => {
    waiting = undefined;
    due = Date.now() + (stream.isTTY ? TERMINAL_MS : PLAIN_MS);
    if (stream.isTTY) stream.write(`\r\u001b[2K${latest.slice(0, Math.max(20, (stream.columns ?? 80) - 1))}`);
    else stream.write(`${latest}\n`);
    shown = stream.isTTY;
  };
  const progress: Progress = {
    show(text) {
      latest = text;
      if (!begun && !stream.isTTY) due = Date.now() + PLAIN_FIRST_MS;
      begun = true;
      if (waiting) return;
      if (Date.now() >= due) write();
      else waiting = setTimeout(write, due - Date.now()).unref();
    },
    clear() {
      clearTimeout(waiting);
      waiting = undefined;
      if (shown) stream.write('\r\u001b[2K');
      shown = false;
      if (stream.isTTY) due = Number.NEGATIVE_INFINITY;
    },
  };
  shared.set(stream, progress);
  return progress;
}
