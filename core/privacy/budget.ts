/** What public releases have spent: each adds its ε to those before it (basic composition; Dwork & Roth, 2014, 3.16). */

export interface Budget {
  /** ε of all releases together. */
  total: number;
  releases: { name: string; epsilon: number; at: string }[];
}

/** ε of all releases until the shop says otherwise. */
export const USUAL_BUDGET = 4;

const ROUNDING = 1e-9;

export function spentOf({ releases }: Budget): number {
  return releases.reduce((sum, { epsilon }) => sum + epsilon, 0);
}

/** @returns the budget after the release, undefined where it does not allow it */
export function spend(budget: Budget, release: Budget['releases'][number]): Budget | undefined {
  if (spentOf(budget) + release.epsilon > budget.total + ROUNDING) return undefined;
  return { ...budget, releases: [...budget.releases, release] };
}
