/** How long files are kept, declared once: the bucket's lifecycle rules on AWS, a local system's own sweep (local/expiry.ts). */

/** Files below a prefix go when they are so many days old. */
export interface FileRule {
  id: string;
  prefix: string;
  days: number;
}

/** @param retentionDays of actions and of what is said of users; undefined: they are kept for ever */
export function fileRules(retentionDays: number | undefined): FileRule[] {
  return [
    { id: 'exports', prefix: 'exports/', days: 30 },
    // Data of trainings; bundles that were promoted are copied from there.
    { id: 'training', prefix: 'training/', days: 30 },
    // Their links hold for minutes; they may name the shop's own ids.
    { id: 'downloads', prefix: 'downloads/', days: 1 },
    ...(retentionDays === undefined ? [] : ['scores', 'warehouse', 'audiences']).map((folder) => ({
      id: folder,
      prefix: `${folder}/`,
      days: retentionDays!,
    })),
  ];
}
