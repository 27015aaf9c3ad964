/** Made from docs/openapi.json by `npm run openapi`; not to be edited. */

export type Action = {
  /** type:category, or the type alone. */
  word: string;
  at: string;
  /** The message id, or one made from what was sent. */
  id: string;
  /** The source of the key; null for a key without one. */
  source: string | null;
  /** Money, in the shop's currency. */
  value?: number;
  /** Units. */
  quantity?: number;
};

export type Actions = {
  actions: Action[];
  /** What to send as cursor for the next page; null on the last one. */
  next: string | null;
};

export type Audience = {
  name: Band;
  /** A calendar day of the shop's time zone. */
  day: string;
  /** Users of the whole audience. */
  count: number;
  /** Most probable to buy within 7 days first. */
  users: AudienceUser[];
  /** What to send as cursor for the next page; null on the last one. */
  next: string | null;
};

export type AudienceUser = {
  /** The user's pseudonym: HMAC-SHA256 of the shop's id, 64 hexadecimal digits. */
  user: string;
  /** The shop's own id; only for keys of scope read:ids or admin. */
  userId?: string;
  probability: Probabilities;
  expected: Expected;
  bestWindow: BestWindow;
};

/** With θ, the shop's usual 30-day purchase rate: now if p_3d ≥ θ, else soon if p_7d ≥ θ, else later if p_30d ≥ θ, else unlikely. */
export type Band = "now" | "soon" | "later" | "unlikely";

/** The days, both included, in which the next purchase is most concentrated. */
export type BestWindow = {
  /** A calendar day of the shop's time zone. */
  from: string;
  /** A calendar day of the shop's time zone. */
  to: string;
  probability: number;
};

/** Median day of the next purchase, given one within 90 days, with its 10th and 90th percentile, and the probability of one within 90 days. */
export type Expected = {
  /** A calendar day of the shop's time zone. */
  date: string;
  /** A calendar day of the shop's time zone. */
  low: string;
  /** A calendar day of the shop's time zone. */
  high: string;
  within90d: number;
};

export type GatewayMessage = {
  message: string;
};

export type Health = {
  status: "ok" | "starting" | "failing";
  version: string;
  /** Version of the live model bundle. */
  model?: string;
  checks: Record<string, "ok" | "failing">;
};

export type Overview = {
  /** A calendar day of the shop's time zone. */
  day: string;
  /** Every day with a finished run, oldest first. */
  days: string[];
  /** Users scored: those active in the 90 days before the day. */
  users: number;
  bands: {
    now: number;
    soon: number;
    later: number;
    unlikely: number;
  };
  /** Users by P(purchase within 7 days): 20 bins of equal width, from included, to excluded (but the last). */
  distribution: {
    from: number;
    to: number;
    count: number;
  }[];
  /** Users by expected day of the next purchase, given one within 90 days; days without users left out. */
  expected: {
    /** A calendar day of the shop's time zone. */
    date: string;
    count: number;
  }[];
  /** The purchase rate that divides the bands. */
  theta: number;
  timeZone: string;
  run: RunSummary;
};

/** P(at least one purchase within so many days from the first instant of the day). */
export type Probabilities = {
  '1d': number;
  '3d': number;
  '7d': number;
  '14d': number;
  '30d': number;
};

/** A failure as RFC 9457 tells it. */
export type Problem = {
  /** urn:buy-timing:problem: and the name of the problem. */
  type: string;
  title: string;
  status: number;
  /** What is wrong and what to do, for people. */
  detail: string;
  /** The fields at fault, as JSON pointers into the body or #/query. */
  errors?: {
    pointer: string;
    detail: string;
  }[];
  [name: string]: unknown;
};

export type RunSummary = {
  /** Users whose forecast the model made anew. */
  modelCalls: number;
  scored: number;
  /** Users of shards that failed after every attempt. */
  failed: number;
  failedShards: number[];
  /** Wall clock, from plan to finish. */
  seconds: number;
  modelVersion: string;
  /** Version of the correction; 0 for none. */
  correction: number;
  finishedAt: string;
};

export type Timing = {
  /** The user's pseudonym: HMAC-SHA256 of the shop's id, 64 hexadecimal digits. */
  user: string;
  /** The shop's own id; only for keys of scope read:ids or admin. */
  userId?: string;
  /** A calendar day of the shop's time zone. */
  day: string;
  /** The last action the answer knows of. */
  asOf: string;
  modelVersion: string;
  /** Version of the correction; 0 for none. */
  correction: number;
  /** Whole days between the day of the last action and the day, both excluded. */
  silenceDays: number;
  probability: Probabilities;
  band: Band;
  /** Share of the run's users with a lower P(purchase within 7 days), 0 to 100. */
  percentile: number;
  expected: Expected;
  bestWindow: BestWindow;
  /** Most probable first. */
  nextActions: {
    word: string;
    probability: number;
  }[];
  /** Of the next purchase, most probable first. */
  nextCategories: {
    category: string;
    probability: number;
  }[];
  curves?: TimingCurves;
};

export type TimingCurves = {
  /** within[i]: P(purchase within i + 1 days), i = 0 … 29. */
  within: number[];
  /** What the score becomes while the user stays silent: one entry a day to the forecast's 30th. */
  silence: {
    /** A calendar day of the shop's time zone. */
    day: string;
    probability: Probabilities;
  }[];
};

export type TrackingEvent = {
  type: "track" | "identify" | "page" | "screen" | "group" | "alias";
  /** With track. */
  event?: string;
  /** The shop's id of the user, at most 256 bytes. */
  userId?: string | number;
  /** Used when there is no userId. */
  anonymousId?: string | number;
  /** Makes repeats of this event count once. */
  messageId?: string | number;
  /** ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone. */
  timestamp?: string | number;
  /** ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone. */
  originalTimestamp?: string | number;
  /** ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone. */
  sentAt?: string | number;
  /** Segment's e-commerce properties; what is not named here is ignored. */
  properties?: {
    category?: string;
    /** What was searched for. */
    query?: string;
    products?: {
      product_id?: string | number;
      category?: string;
      price?: number;
      quantity?: number;
      [name: string]: unknown;
    }[];
    [name: string]: unknown;
  };
  [name: string]: unknown;
};

/** A failure as tracking clients expect it. */
export type TrackingFailure = {
  success: false;
  code: string;
  message: string;
};

export type TrackingReply = {
  success: true;
  /** Events of the request. */
  received: number;
  /** Those not refused. */
  accepted: number;
  errors: {
    index: number;
    messageId: string | null;
    code: "not-an-object" | "too-large" | "too-deep" | "unknown-type" | "missing-event" | "missing-user-id" | "bad-user-id" | "user-id-too-long" | "bad-message-id" | "message-id-too-long" | "bad-timestamp" | "before-1970" | "in-the-future" | "too-many-products";
    message: string;
  }[];
};

export interface Operations {
  /** A user did something. */
  'POST /v1/track': {
    body: {
      event: string;
      /** Segment's e-commerce properties; what is not named here is ignored. */
      properties?: {
        category?: string;
        /** What was searched for. */
        query?: string;
        products?: {
          product_id?: string | number;
          category?: string;
          price?: number;
          quantity?: number;
          [name: string]: unknown;
        }[];
        [name: string]: unknown;
      };
      /** The shop's id of the user, at most 256 bytes. */
      userId?: string | number;
      /** Used when there is no userId. */
      anonymousId?: string | number;
      /** Makes repeats of this event count once. */
      messageId?: string | number;
      /** ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone. */
      timestamp?: string | number;
      /** ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone. */
      originalTimestamp?: string | number;
      /** ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone. */
      sentAt?: string | number;
      /** The key, for browsers, which send no header. */
      writeKey?: string;
      [name: string]: unknown;
    };
    reply: TrackingReply;
  };
  /** Who a user is. */
  'POST /v1/identify': {
    body: {
      traits?: Record<string, unknown>;
      /** The shop's id of the user, at most 256 bytes. */
      userId?: string | number;
      /** Used when there is no userId. */
      anonymousId?: string | number;
      /** Makes repeats of this event count once. */
      messageId?: string | number;
      /** ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone. */
      timestamp?: string | number;
      /** ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone. */
      originalTimestamp?: string | number;
      /** ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone. */
      sentAt?: string | number;
      /** The key, for browsers, which send no header. */
      writeKey?: string;
      [name: string]: unknown;
    };
    reply: TrackingReply;
  };
  /** A user saw a page. */
  'POST /v1/page': {
    body: {
      name?: string;
      /** Segment's e-commerce properties; what is not named here is ignored. */
      properties?: {
        category?: string;
        /** What was searched for. */
        query?: string;
        products?: {
          product_id?: string | number;
          category?: string;
          price?: number;
          quantity?: number;
          [name: string]: unknown;
        }[];
        [name: string]: unknown;
      };
      /** The shop's id of the user, at most 256 bytes. */
      userId?: string | number;
      /** Used when there is no userId. */
      anonymousId?: string | number;
      /** Makes repeats of this event count once. */
      messageId?: string | number;
      /** ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone. */
      timestamp?: string | number;
      /** ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone. */
      originalTimestamp?: string | number;
      /** ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone. */
      sentAt?: string | number;
      /** The key, for browsers, which send no header. */
      writeKey?: string;
      [name: string]: unknown;
    };
    reply: TrackingReply;
  };
  /** A user saw a screen. */
  'POST /v1/screen': {
    body: {
      name?: string;
      /** Segment's e-commerce properties; what is not named here is ignored. */
      properties?: {
        category?: string;
        /** What was searched for. */
        query?: string;
        products?: {
          product_id?: string | number;
          category?: string;
          price?: number;
          quantity?: number;
          [name: string]: unknown;
        }[];
        [name: string]: unknown;
      };
      /** The shop's id of the user, at most 256 bytes. */
      userId?: string | number;
      /** Used when there is no userId. */
      anonymousId?: string | number;
      /** Makes repeats of this event count once. */
      messageId?: string | number;
      /** ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone. */
      timestamp?: string | number;
      /** ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone. */
      originalTimestamp?: string | number;
      /** ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone. */
      sentAt?: string | number;
      /** The key, for browsers, which send no header. */
      writeKey?: string;
      [name: string]: unknown;
    };
    reply: TrackingReply;
  };
  /** Which group a user belongs to. */
  'POST /v1/group': {
    body: {
      groupId?: string | number;
      /** The shop's id of the user, at most 256 bytes. */
      userId?: string | number;
      /** Used when there is no userId. */
      anonymousId?: string | number;
      /** Makes repeats of this event count once. */
      messageId?: string | number;
      /** ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone. */
      timestamp?: string | number;
      /** ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone. */
      originalTimestamp?: string | number;
      /** ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone. */
      sentAt?: string | number;
      /** The key, for browsers, which send no header. */
      writeKey?: string;
      [name: string]: unknown;
    };
    reply: TrackingReply;
  };
  /** Two ids are one user. */
  'POST /v1/alias': {
    body: {
      previousId?: string | number;
      /** The shop's id of the user, at most 256 bytes. */
      userId?: string | number;
      /** Used when there is no userId. */
      anonymousId?: string | number;
      /** Makes repeats of this event count once. */
      messageId?: string | number;
      /** ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone. */
      timestamp?: string | number;
      /** ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone. */
      originalTimestamp?: string | number;
      /** ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone. */
      sentAt?: string | number;
      /** The key, for browsers, which send no header. */
      writeKey?: string;
      [name: string]: unknown;
    };
    reply: TrackingReply;
  };
  /** Many events at once. */
  'POST /v1/batch': {
    body: {
      batch: TrackingEvent[];
      /** ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone. */
      sentAt?: string | number;
      /** The key, for browsers, which send no header. */
      writeKey?: string;
      [name: string]: unknown;
    };
    reply: TrackingReply;
  };
  /** When a user will buy. */
  'GET /v1/users/{userId}/timing': {
    path: {
      /** The shop's own id of the user, at most 256 bytes; or ~ and the pseudonym. */
      userId: string;
    };
    query?: {
      /** The day shown; the latest day with a finished run when absent. */
      day?: string;
      /** Asks the model now, with today's actions; not together with day. */
      fresh?: boolean;
      /** Adds curves, where the score comes from a forecast and not from the file of a past day. */
      curves?: boolean;
    };
    reply: Timing;
  };
  /** What a user did. */
  'GET /v1/users/{userId}/actions': {
    path: {
      /** The shop's own id of the user, at most 256 bytes; or ~ and the pseudonym. */
      userId: string;
    };
    query?: {
      /** How many come at once. */
      limit?: number;
      /** `next` of the page before; absent for the first page. */
      cursor?: string;
    };
    reply: Actions;
  };
  /** The users of an audience. */
  'GET /v1/audiences/{name}': {
    path: {
      name: Band;
    };
    query?: {
      /** The day shown; the latest day with a finished run when absent. */
      day?: string;
      /** How many come at once. */
      limit?: number;
      /** `next` of the page before; absent for the first page. */
      cursor?: string;
    };
    reply: Audience;
  };
  /** A day's scores in figures. */
  'GET /v1/overview': {
    query?: {
      /** The day shown; the latest day with a finished run when absent. */
      day?: string;
    };
    reply: Overview;
  };
  /** Whether every part answers. */
  'GET /health': {
    reply: Health;
  };
  /** This document. */
  'GET /v1/openapi.json': {
    reply: {
      openapi: string;
      [name: string]: unknown;
    };
  };
  /** This document for people. */
  'GET /docs': {
    reply: string;
  };
}
