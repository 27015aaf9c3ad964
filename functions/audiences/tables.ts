/** The table that rules are counted on, of the latest run: opened once per process and run. */
import type { SubjectTable } from '../../core/audiences/table.ts';
import type { ObjectStore } from '../../core/ports/objects.ts';
import { getTable } from '../runs/audience-files.ts';
import type { FinishedRun } from '../runs/finished-runs.ts';

export type Tables = (run: FinishedRun) => Promise<SubjectTable | undefined>;

export function createTables(objects: ObjectStore): Tables {
  let open: { of: string; table: Promise<SubjectTable | undefined> } | undefined;
  return (run) => {
    const of = `${run.day} ${run.state.finishedAt}`;
    if (open?.of !== of) {
      const opened = { of, table: getTable(objects, run.day) };
      open = opened;
      opened.table.catch(() => {
        if (open === opened) open = undefined;
      });
    }
    return open.table;
  };
}
