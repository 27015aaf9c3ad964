/** What keeps the API to those who come through CloudFront: a secret header, and where it is kept and sent. */

export const ORIGIN_HEADER = 'x-buy-timing-origin';

/** The header's values. While one replaces another both are good, since CloudFront's places change one by one. */
export interface OriginSecret {
  /** One, or during a rotation two. */
  valid(): Promise<string[]>;
  /** Keeps a value under the version of a rotation; does nothing where that version has one. */
  propose(version: string, value: string): Promise<void>;
  /** @throws Error where the version has no value */
  proposed(version: string): Promise<string>;
  /** From now on this version's value alone is good. */
  adopt(version: string): Promise<void>;
}

export interface Edge {
  /** Begins to send a value; it takes minutes until every place does. */
  send(value: string): Promise<void>;
  /** Whether every place sends this value. */
  sendsEverywhere(value: string): Promise<boolean>;
}
