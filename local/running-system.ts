/** The whole system on one machine, from the lock of its data folder to the schedule of its nightly runs. */
import { randomUUID } from 'node:crypto';
import { createTables } from '../adapters/dynamo/tables.ts';
import { createObjectStore } from '../adapters/objects.ts';
import { loadSecrets } from '../adapters/secrets.ts';
import { SHARDS } from '../core/tables.ts';
import { zoneOf } from '../core/time.ts';
import type { EraseReply } from '../functions/erase/handler.ts';
import { watch } from '../functions/promotion/watch.ts';
import { FUNCTIONS } from '../functions/routes.ts';
import { createDependencies, type Dependencies } from '../functions/wiring.ts';
import { buildWeb } from '../web/build.ts';
import { loadDashboard } from './dashboard.ts';
import { type DataFolder, isDataFolder, openDataFolder, prepareDataFolder } from './data-folder.ts';
import { startDeliveries } from './deliveries.ts';
import { type Demo, fillDemo, planDemo, readDemo } from './demo-shop.ts';
import { createLocalDownloads, removeDownloads } from './downloads.ts';
import { type Eraser, startEraser } from './eraser.ts';
import { startExpiry } from './expiry.ts';
import { Failure } from './failure.ts';
import { loadHandler } from './handlers.ts';
import { type HttpServer, startHttp } from './http.ts';
import { type Lock, takeLock } from './lock.ts';
import { loadNightlyHandlers, NightlyStopped, runNightly } from './nightly-runner.ts';
import { type Scheduler, startScheduler } from './scheduler.ts';
import { applyEnvironment, environmentOf, openParts, type Parts } from './system.ts';

export interface SystemOptions {
  /** Absolute path of the data folder. */
  data: string;
  port: number;
  /** No demo shop in a new folder. */
  empty: boolean;
  /** Users of the demo shop. */
  users: number;
  bundle?: string;
  timeZone?: string;
  progress: (text: string) => void;
  /** A line about something that went wrong without ending the system. */
  warn: (line: string) => void;
}

export interface RunningSystem {
  url: string;
  folder: DataFolder;
  /** Rejects when a part ends unasked. */
  failed: Promise<never>;
}

/** Longest that requests in flight are waited for when the system stops, milliseconds. */
const DRAIN_MS = 7_000;

/** A system being started or running; `stop` may be called at any time. */
export class LocalSystem {
  readonly #options: SystemOptions;
  #stopping = false;
  #lock: Lock | undefined;
  #http: HttpServer | undefined;
  #parts: Parts | undefined;
  #scheduler: Scheduler | undefined;
  #deliveries: Scheduler | undefined;
  #downloads: ReturnType<typeof createLocalDownloads> | undefined;
  #eraser: Eraser | undefined;
  #expiry: Scheduler | undefined;
  #started: Promise<unknown> = Promise.resolve();

  constructor(options: SystemOptions) {
    this.#options = options;
  }

  /**
   * Starts every part, fills the demo shop of a new folder, and runs what is due.
   * @returns undefined when it was stopped before it was ready
   * @throws Failure for what the user can mend; call `stop` then, too
   */
  start(): Promise<RunningSystem | undefined> {
    const started = this.#start();
    this.#started = started.catch(() => {});
    return started;
  }

  /** Finishes what is in flight, closes the store and gives the folder free; at most some 9 seconds. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const drained = Promise.all([
      this.#started,
      this.#scheduler?.stop(),
      this.#deliveries?.stop(),
      this.#eraser?.stop(),
      this.#expiry?.stop(),
      this.#http?.close(),
    ]);
    await Promise.race([drained, new Promise((resolve) => setTimeout(resolve, DRAIN_MS).unref())]);
    await this.#parts?.close();
    this.#lock?.release();
  }

  async #start(): Promise<RunningSystem | undefined> {
    const options = this.#options;
    prepareDataFolder(options.data);
    const lock = await takeLock(options.data, 'system');
    if ('holder' in lock) {
      const { kind, pid, httpPort } = lock.holder;
      const where = httpPort ? ` at http://127.0.0.1:${httpPort}` : '';
      const who = kind === 'system' ? `a system that runs${where} (process ${pid})` : `a command (process ${pid})`;
      throw new Failure(`the data folder ${options.data} is used by ${who}`, 'stop it first, or use another --data');
    }
    this.#lock = lock;
    const opened = Promise.withResolvers<void>();
    opened.promise.catch(() => {});
    this.#http = await this.#listen(opened.promise);
    try {
      const { folder, parts, demo } = await this.#open(lock);
      opened.resolve();
      const url = `http://127.0.0.1:${this.#http.port}`;
      const deps = await createDependencies(process.env);
      await this.#fill(url, demo, deps);
      this.#scheduler = this.#schedule(deps, demo);
      this.#deliveries = startDeliveries(this.#options.warn);
      this.#expiry = startExpiry(deps, folder.objects, this.#options.warn);
      this.#eraser = startEraser({
        erase: (await import('../functions/erase/index.ts')).handler as () => Promise<EraseReply>,
        onError: (error) =>
          this.#options.warn(
            `an erasure failed (${error instanceof Error ? error.message : String(error)}); it is tried again in a minute`,
          ),
      });
      if (this.#stopping) return undefined;
      await checkReady(url);
      return { url, folder, failed: parts.failed };
    } catch (error) {
      opened.reject(error);
      if (this.#stopping) return undefined;
      throw error;
    }
  }

  /** Takes the port before anything is made, so that a busy one leaves nothing behind. */
  async #listen(opened: Promise<void>): Promise<HttpServer> {
    const { port, warn } = this.#options;
    const dashboard = buildWeb().then(loadDashboard);
    dashboard.catch(() => {});
    try {
      return await startHttp({
        port,
        dashboard: () => dashboard,
        handler: (name) => opened.then(() => loadHandler(name)),
        download: (path) => opened.then(() => this.#downloads?.(path)),
        onError: (error, requestId) =>
          warn(`request ${requestId} failed: ${error instanceof Error ? error.message : String(error)}`),
      });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EADDRINUSE') throw new Failure(`port ${port} is in use`, 'choose another with --port');
      if (code === 'EACCES') throw new Failure(`port ${port} is not allowed`, 'choose one above 1023 with --port');
      throw error;
    }
  }

  async #open(lock: Lock): Promise<{ folder: DataFolder; parts: Parts; demo: Demo | undefined }> {
    const { data, empty, users, timeZone, bundle, progress } = this.#options;
    progress('opening the store and the model');
    const isNew = !isDataFolder(data);
    const folder = openDataFolder(data, timeZone);
    const today = zoneOf(folder.timeZone).dayOf(Date.now());
    const demo = empty ? undefined : (readDemo(data) ?? (isNew ? planDemo(data, users, today) : undefined));
    const parts = await openParts(folder, lock, { bundle });
    this.#parts = parts;
    applyEnvironment({ ...environmentOf(folder, parts), SYSTEM_STARTING: 'true' });
    await createTables();
    lock.note({ httpPort: this.#http?.port });
    await Promise.all(FUNCTIONS.map(loadHandler));
    const objects = createObjectStore(process.env.OBJECTS!);
    await removeDownloads(objects);
    this.#downloads = createLocalDownloads(objects, (await loadSecrets(process.env.PEPPER_SECRET_ID!)).pepper);
    return { folder, parts, demo };
  }

  async #fill(url: string, demo: Demo | undefined, deps: Dependencies): Promise<void> {
    if (!demo || demo.state.done || this.#stopping) return;
    const { progress } = this.#options;
    const stopped = () => this.#stopping;
    const writeKey = deps.environment.BUY_TIMING_WRITE_KEY ?? '';
    if (!demo.state.filled) await fillDemo({ demo, url, writeKey, zone: deps.zone, progress, stopped });
    if (stopped()) return;
    await this.#runNightly();
    demo.save({ done: true });
  }

  async #runNightly(day?: string): Promise<void> {
    const { progress, warn } = this.#options;
    const handlers = await loadNightlyHandlers();
    const run = await runNightly(handlers, { day, progress, stopped: () => this.#stopping });
    if (run.failedShards.length > 0)
      warn(`nightly run of ${run.plan.day}: ${run.failedShards.length} shards failed (${run.failedShards[0]?.reason})`);
    await this.#watch().catch((error) => warn(`what is live was not looked at (${error.message})`));
  }

  /** A model that was promoted goes back when what it says does not come about. */
  async #watch(): Promise<void> {
    const deps = await createDependencies(process.env);
    if (deps.environment.BUNDLE_FIXED) return;
    const change = await watch({ ...deps, newId: randomUUID });
    if (change) this.#options.warn(`${change.version} is live again, ${change.from} went: ${change.why}`);
  }

  #schedule(deps: Dependencies, demo: Demo | undefined): Scheduler {
    return startScheduler({
      zone: deps.zone,
      clock: deps.clock,
      isDone: async (day) => {
        if (demo?.state.done && day < deps.zone.dayOf(deps.clock())) return true;
        return (await deps.runs.get(day, 'finish')) !== undefined || !(await hasUsers(deps));
      },
      run: (day) => this.#runNightly(day),
      onError: (day, error) => {
        if (error instanceof NightlyStopped) return;
        const reason = error instanceof Error ? error.message : String(error);
        this.#options.warn(`the nightly run of ${day} failed (${reason}); it is tried again in 15 minutes`);
      },
    });
  }
}

/** Every part answers over HTTP: the page, and the health of what is behind it. */
async function checkReady(url: string): Promise<void> {
  delete process.env.SYSTEM_STARTING;
  const page = await fetch(url);
  if (!page.ok) throw new Failure(`the dashboard does not answer (${page.status})`);
  const health = await fetch(`${url}/health`);
  if (!health.ok) throw new Failure(`the system is not healthy: ${await health.text()}`);
}

/** Whether anyone ever acted: a shop without users has nothing to run for. */
async function hasUsers(deps: Dependencies): Promise<boolean> {
  for (let shard = 0; shard < SHARDS; shard++) {
    for await (const page of deps.users.inShard(shard, '0000-00-00')) if (page.length > 0) return true;
  }
  return false;
}
