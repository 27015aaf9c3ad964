/** An item of the store cannot be read. Its key is named; what it holds is not. */
export class DamagedItem extends Error {
  constructor(table: string, key: string, what: string) {
    super(`item ${key} of table ${table} is damaged: ${what}`);
    this.name = 'DamagedItem';
  }
}

export function isConditionFailed(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

/** Waits before the n-th try (from 1) of something that was throttled: full jitter up to 50 ms, doubled each time. */
export function pauseBefore(attempt: number): Promise<void> {
  const ms = Math.random() * Math.min(2_000, 50 * 2 ** (attempt - 1));
  return new Promise((resolve) => setTimeout(resolve, ms));
}
