/** Requests of privacy, by the convention of Segment's regulations: https://docs.segmentapis.com/tag/Deletion-and-Suppression */

export const REGULATION_TYPES = ['SUPPRESS_WITH_DELETE', 'DELETE_ONLY', 'SUPPRESS_ONLY', 'UNSUPPRESS'] as const;
export type RegulationType = (typeof REGULATION_TYPES)[number];

/** Ids a request may name. */
export const MAX_SUBJECTS = 5_000;

export interface Regulation {
  id: string;
  type: RegulationType;
  status: 'INITIALIZED' | 'RUNNING' | 'FINISHED';
  /** Epoch milliseconds. */
  createdAt: number;
  /** Ids that the request named. */
  subjects: number;
  /** When the users' other ids were found and all of them suppressed, if they are to be. */
  resolvedAt?: number;
  passes: Pass[];
  finishedAt?: number;
}

/** One look at every place for everything of the users, which removes what it finds. */
export interface Pass {
  startedAt: number;
  finishedAt: number;
  /** Requests whose users were looked for together. */
  requests: number;
  /** What was there and is not any more: items of tables and lines of files, by place. 0: looked, and found nothing. */
  removed: Record<string, number>;
}

export const deletes = (type: RegulationType): boolean => type === 'DELETE_ONLY' || type === 'SUPPRESS_WITH_DELETE';
export const suppresses = (type: RegulationType): boolean =>
  type === 'SUPPRESS_ONLY' || type === 'SUPPRESS_WITH_DELETE';

/**
 * Whether the passes prove that nothing is left. The last one must have begun after everyone who may still have been
 * writing was done, and, where nothing new may come, have found nothing.
 * @param settledAt epoch milliseconds
 */
export function isProven({ type, passes }: Regulation, settledAt: number): boolean {
  const last = passes.at(-1);
  if (!last || passes.length < 2 || last.startedAt < settledAt) return false;
  return type === 'DELETE_ONLY' || Object.values(last.removed).every((count) => count === 0);
}
