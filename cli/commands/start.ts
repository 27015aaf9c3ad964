/** `npm start`: the whole system on this machine. */
import { UnknownTimeZone, zoneOf } from '../../core/time.ts';
import { LocalSystem, type RunningSystem } from '../../local/running-system.ts';
import { type Context, dataOption, defineCommand, flag, integer, text, Usage } from '../framework.ts';

/** A system that has not stopped by then is left; what was answered is stored. */
const STOP_MS = 9_500;

export default defineCommand({
  name: 'start',
  summary: 'Starts Buy Timing on this machine: HTTP API, dashboard, store, model and nightly runs.',
  options: {
    port: integer('PORT', 'port of the HTTP API and the dashboard', { default: 8787, max: 65_535 }),
    data: dataOption,
    empty: flag('no demo shop in a new data folder'),
    bundle: text('FOLDER', 'model bundle (default: the shipped one)'),
    timeZone: text('ZONE', "the shop's time zone, kept in a new data folder (default: the machine's)"),
    users: integer('N', 'users of the demo shop', { default: 2_000, min: 1, max: 100_000 }),
  },
  async run(context, _args, options) {
    checkZone(options.timeZone);
    const system = new LocalSystem({
      data: context.resolve(options.data),
      port: options.port,
      empty: options.empty ?? false,
      users: options.users,
      bundle: options.bundle && context.resolve(options.bundle),
      timeZone: options.timeZone,
      progress: context.progress,
      warn: (line) => process.stderr.write(`${line}\n`),
    });
    const asked = untilAskedToStop();
    try {
      const running = await Promise.race([system.start(), asked]);
      if (running) {
        announce(context, running);
        await Promise.race([asked, running.failed]);
      }
    } finally {
      const late = setTimeout(() => process.exit(0), STOP_MS);
      await system.stop();
      clearTimeout(late);
    }
  },
});

function checkZone(name: string | undefined): void {
  try {
    if (name !== undefined) zoneOf(name);
  } catch (error) {
    if (error instanceof UnknownTimeZone) throw new Usage(error.message);
    throw error;
  }
}

/** Where the key is, and the ready line as the last one. A key is shown on a terminal only, never in a URL. */
function announce(context: Context, { url, folder }: RunningSystem): void {
  const fixed = process.env.BUY_TIMING_READ_KEY !== folder.keys.read;
  const where = fixed ? 'the one of BUY_TIMING_READ_KEY' : `"read" in ${folder.keysFile}`;
  context.print(`Read key of the dashboard: ${process.stdout.isTTY && !fixed ? folder.keys.read : where}`);
  process.stdout.write(`Buy Timing is ready: ${url}\n`);
}

/**
 * Resolves at the first signal, or when the process that started this one is gone. Ctrl-C in a terminal arrives several
 * times, from the terminal and from npm: the rest of them is ignored.
 */
function untilAskedToStop(): Promise<undefined> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(undefined));
    process.on('disconnect', () => resolve(undefined));
    process.channel?.unref();
  });
}
