/** What the shop has set. */

export interface SettingStore {
  get<T>(kind: string, name: string): Promise<T | undefined>;
  list<T>(kind: string): Promise<{ name: string; value: T }[]>;
  put(kind: string, name: string, value: unknown): Promise<void>;
  /**
   * Puts a value in the place of the one that was read before; `before` undefined: where there is none.
   * @returns false when another is there by now
   */
  replace(kind: string, name: string, before: unknown, value: unknown): Promise<boolean>;
  remove(kind: string, name: string): Promise<void>;
}
