/** Who is not tracked any more. */

/** Users of whom nothing may be stored any more. */
export interface Suppressions {
  /** May be some seconds behind a change made by another process. */
  has(user: string): Promise<boolean>;
}

/** The list that Suppressions reads, by digests of users. Changes may be repeated. */
export interface SuppressionStore extends Suppressions {
  add(digests: readonly string[]): Promise<void>;
  remove(digests: readonly string[]): Promise<void>;
}
