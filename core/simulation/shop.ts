import type { ActionType } from '../actions/action.ts';

/** What a user is up to on a day. `rest` may be several phases, which make a regular rhythm. */
export type StateName = 'rest' | 'dormant' | 'deep' | 'browsing' | 'wanting' | 'lost';

/** Action types whose chance depends on the state; the others only follow from these and from the day. */
export const SIGNS = ['search', 'wishlist', 'cart', 'checkout'] as const;
export type Sign = (typeof SIGNS)[number];

export interface State {
  name: StateName;
  /** Hazard of a visible day, per day. */
  visit: number;
  /** Hazard of a purchase day, per day. */
  buy: number;
  /** Mean views of a visible day, 1 or more. */
  views: number;
  /** Chance of each sign on a visible day without a purchase. */
  signs: Record<Sign, number>;
  /** Chance that a day's categories centre on what the user was after. */
  stick: number;
}

/** A change of state from one day to the next after a day without a purchase. */
export interface Move {
  from: number;
  to: number;
  /** Hazard per day. */
  rate: number;
  /** Whether the day's appetite (season, promotion, trend) multiplies the rate. */
  appetite: boolean;
}

/** One kind of user at one pace: a daily hidden Markov chain. */
export interface Chain {
  /** Which user type it is a variant of; types differ in their calendar. */
  type: number;
  /** Share of the shop's new users. */
  weight: number;
  states: State[];
  moves: Move[];
  /** Row per state: the distribution of the state on the day after a purchase. */
  afterPurchase: number[][];
  /** State on the first day of a new user, before that day's actions are known to exist. */
  initial: number[];
  /** Mean purchase lines on a purchase day, 1 or more. */
  lines: number;
}

/** How a user type feels the calendar. */
export interface TypeCalendar {
  /** Factor of purchases by weekday, 0 = Sunday; 0 is closed. */
  buyByWeekday: number[];
  visitByWeekday: number[];
  /** A promotion of strength f counts as f to this power. */
  promotion: number;
}

export interface Promotion {
  /** Day of the log, 0-based. */
  from: number;
  days: number;
  strength: number;
}

export interface Category {
  /** Slug, may be a path. */
  name: string;
  share: number;
  price: number;
}

export const SHOP_KINDS = [
  'browsing',
  'fashion',
  'durables',
  'purchase-only',
  'replenishment',
  'grocery',
  'invoice',
] as const;
export type ShopKind = (typeof SHOP_KINDS)[number] | 'demo';

/** A whole simulated shop: everything needed to draw its users and to know the truth about them. */
export interface Shop {
  kind: ShopKind;
  seed: number;
  users: number;
  /** First day of the log, as a day number. */
  start: number;
  days: number;
  tracked: ReadonlySet<ActionType>;
  resolution: 'day' | 'second';
  /** Relative traffic of the 24 hours. */
  hours: number[];
  categories: Category[];
  chains: Chain[];
  types: TypeCalendar[];
  promotions: Promotion[];
  /** Factor on appetite of each day of the log and the 120 days after it: season, trend, whims of the day. */
  mood: Float64Array;
  /** How new users come: their relative number on each day of the log. */
  arrivals: Float64Array;
  /** Share of the log's users who were there before it began. */
  established: number;
  /** Days before the log over which the established came. */
  heritage: number;
  /** Chance of a visible browsing day on a purchase day. */
  browseOnPurchase: number;
  /** Chance of each sign on a visible purchase day. */
  signsOnPurchase: Record<Sign, number>;
  /** Factor of the views of a purchase day. */
  viewsOnPurchase: number;
  /** Chance that a visible day has views at all. */
  viewShare: number;
  taste: Taste;
  /** Chance that a purchase of the last 30 days is sent back on a day. */
  refund: number;
  currencyDigits: number;
}

/** How categories are chosen: an urn of the user's own past days and the shop's shares. */
export interface Taste {
  /** Weight of the shop's shares, in days of the user's own past. */
  novelty: number;
  /** How strongly one look makes another look of the same day alike, in the same units. */
  together: number;
  /** What remains of a category's pull after its purchase: near 0 for durables, above 1 for supplies. */
  afterPurchase: number;
  /** Share of a centred day that goes to the focus. */
  focus: number;
  /** Days after which an interest has lost half its pull. */
  halfLife: number;
}
