import { addCounts, noCounts, type SourceCounts } from '../core/ingest/counts.ts';
import type { Reject, SourceLedger, SourceStore } from '../core/ports/sources.ts';
import type { Clock, Log } from '../core/ports/surroundings.ts';
import type { Day, Zone } from '../core/time.ts';
import { ingestMetrics } from './metrics.ts';

/** Counts are stored this often at most, by each process. */
export const EVERY_MS = 5_000;
export const MAX_REJECTS = 50;
/** Of one kind between two writes: a client with a wrong key must not push out all others. */
const REJECTS_OF_A_KIND = 10;
/** Ids remembered in each of two generations. */
const REMEMBERED_IDS = 100_000;
/** CloudWatch takes this many values of a metric in one line. */
const MAX_LAGS = 100;

interface Totals {
  counts: SourceCounts;
  /** Since the last line of metrics; undefined: nothing. */
  unreported: SourceCounts | undefined;
}

/**
 * @param process tells this process's items of the store from those of others
 * @param stage that its metrics are told apart by
 */
export function createSourceLedger(
  store: SourceStore,
  { clock, zone, log, process, stage }: { clock: Clock; zone: Zone; log: Log; process: string; stage: string },
): SourceLedger {
  const days = new Map<Day, Map<string, Totals>>();
  const unsaved = new Set<string>();
  let rejects: Reject[] = [];
  let lags: number[] = [];
  let ids = new Set<string>();
  let olderIds = new Set<string>();
  let written = 0;
  let flushedAt = 0;
  let flushing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const totalsOf = (day: Day, source: string): Totals => {
    const ofDay = days.get(day) ?? new Map<string, Totals>();
    days.set(day, ofDay);
    const totals = ofDay.get(source) ?? { counts: noCounts(), unreported: undefined };
    ofDay.set(source, totals);
    return totals;
  };

  /** Before the store is asked: that it is busy must be heard while it is. */
  const report = (): void => {
    for (const totals of [...days.values()].flatMap((sources) => [...sources.values()])) {
      if (!totals.unreported) continue;
      for (const line of ingestMetrics(stage, totals.unreported, lags, flushedAt)) log.info('ingest', line);
      totals.unreported = undefined;
      lags = [];
    }
  };

  const save = async (): Promise<void> => {
    flushedAt = clock();
    report();
    const today = zone.dayOf(flushedAt);
    for (const [day, sources] of days) {
      for (const [source, totals] of sources) {
        const key = `${day} ${source}`;
        if (!unsaved.delete(key)) continue;
        try {
          await store.putCounts(day, source, process, totals.counts);
        } catch (error) {
          unsaved.add(key);
          throw error;
        }
      }
      if (day !== today && ![...unsaved].some((key) => key.startsWith(`${day} `))) days.delete(day);
    }
    const waiting = rejects;
    if (waiting.length === 0) return;
    rejects = [];
    try {
      await store.putRejects(process, written++, waiting);
    } catch (error) {
      rejects = [...waiting, ...rejects].slice(-MAX_REJECTS);
      throw error;
    }
  };

  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    flushing = flushing.catch(() => {}).then(save);
    return flushing;
  };

  /** Counting is no reason for a request to fail: what could not be stored is stored with the next. */
  const flushQuietly = async (): Promise<void> => {
    try {
      await flush();
    } catch (error) {
      log.warn('the counts of the sources were not stored; they are with the next', { error });
    }
  };

  return {
    count(source, counts) {
      const now = clock();
      const day = zone.dayOf(now);
      const totals = totalsOf(day, source);
      addCounts(totals.counts, { ...counts, lastAt: now });
      totals.unreported ??= noCounts();
      addCounts(totals.unreported, counts);
      unsaved.add(`${day} ${source}`);
    },

    isRepeated(user, id) {
      const key = `${user.slice(0, 24)} ${id}`;
      if (ids.has(key) || olderIds.has(key)) return true;
      if (ids.size >= REMEMBERED_IDS) [olderIds, ids] = [ids, new Set()];
      ids.add(key);
      return false;
    },

    lag(milliseconds) {
      if (lags.length < MAX_LAGS) lags.push(milliseconds);
    },

    reject(reject) {
      const alike = rejects.filter(({ code, source }) => code === reject.code && source === reject.source);
      if (alike.length >= REJECTS_OF_A_KIND) rejects.splice(rejects.indexOf(alike[0]!), 1);
      rejects.push(reject);
      if (rejects.length > MAX_REJECTS) rejects.shift();
    },

    async settle() {
      if (clock() - flushedAt >= EVERY_MS) return flushQuietly();
      // For the last requests before a silence; Lambda runs it when it thaws.
      timer ??= setTimeout(flushQuietly, EVERY_MS).unref();
    },

    flush,
  };
}
