/** The action types of Buy Timing. Their order is fixed: model inputs and shop statistics are indexed by it. */
export const ACTION_TYPES = [
  'view',
  'search',
  'wishlist',
  'cart',
  'uncart',
  'checkout',
  'coupon',
  'purchase',
  'refund',
  'visit',
] as const;

export type ActionType = (typeof ACTION_TYPES)[number];

/** `type:category`, or `type` alone where an action has no category. */
export type ActionWord = string;

/** One thing a user did at one moment, as the store keeps it. */
export interface Action {
  word: ActionWord;
  /** Moment of the action, epoch milliseconds (UTC). */
  at: number;
  /** Message id, or one derived from it for each product of an order. Equal means same id. */
  id: string;
  /** Money of the action in the shop's own currency. */
  value?: number;
  /** Units bought. */
  quantity?: number;
}

export function isActionType(text: string): text is ActionType {
  return (ACTION_TYPES as readonly string[]).includes(text);
}

export function wordOf(type: ActionType, category: string | undefined): ActionWord {
  return category ? `${type}:${category}` : type;
}

export function typeOf(word: ActionWord): ActionType {
  const colon = word.indexOf(':');
  return (colon < 0 ? word : word.slice(0, colon)) as ActionType;
}

/** The category of a word, `''` for none. */
export function categoryOf(word: ActionWord): string {
  const colon = word.indexOf(':');
  return colon < 0 ? '' : word.slice(colon + 1);
}

/** Time order of a sequence: equal times by word, then id. Code units, so that it is the same on every machine. */
export function compareActions(a: Action, b: Action): number {
  return a.at - b.at || compareText(a.word, b.word) || compareText(a.id, b.id);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
