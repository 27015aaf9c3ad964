/** Where a user stands in their life with the shop, measured by their own rhythm (`stageOf` of lifecycle.ts). */
export const STAGES = ['new', 'active', 'due', 'lapsing', 'lost'] as const;
export type Stage = (typeof STAGES)[number];
