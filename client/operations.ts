/** Made from docs/openapi.json by `npm run openapi`; not to be edited. */

export type Action = {
  /** type:category, or the type alone. */
  word: string;
  at: string;
  /** The message id, or one made from what was sent. */
  id: string;
  /** The source of the key; null for a key without one. */
  source: string | null;
  /** Id of the request that brought it, as in the answer’s apigw-requestid and in the log; null for an import. */
  request: string | null;
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
  /** A calendar day of the shop's time zone. */
  day: string;
  /** Users that lists and downloads hold. */
  count: number;
  /** Users of the audience that are kept out of them. */
  heldOut: number;
  name: string;
  /** Most probable to buy within 7 days first. */
  users: AudienceUser[];
  /** What to send as cursor for the next page; null on the last one. */
  next: string | null;
  /** By day, oldest first; on the first page. */
  history?: AudienceCount[];
};

export type AudienceBody = {
  /** Not a band's name. */
  name: string;
  rule: Rule;
  /** Share of its users, always the same ones, kept out of lists and downloads, so that lift can be measured. */
  holdout?: number;
  /** Replaces an audience of this name; without it one is refused. */
  replace?: boolean;
};

export type AudienceCount = {
  /** A calendar day of the shop's time zone. */
  day: string;
  /** Users that lists and downloads hold. */
  count: number;
  /** Users of the audience that are kept out of them. */
  heldOut: number;
};

export type AudienceSummary = {
  name: string;
  /** One of the four bands, or one of your own. */
  kind: "band" | "rule";
  rule?: Rule;
  /** Share of its users, always the same ones, kept out of lists and downloads, so that lift can be measured. */
  holdout: number;
  createdAt?: string;
  /** As of the latest run; null before the first one, or while the rule waits for the next. */
  latest: AudienceCount | null;
};

export type AudienceUser = {
  /** The user's pseudonym: HMAC-SHA256 of the shop's id, 64 hexadecimal digits. */
  user: string;
  /** The shop's own id; only for keys of scope read:ids or admin. */
  userId?: string;
  probability: Probabilities;
  band: Band;
  stage: Stage;
  silenceDays: number;
  /** Days since the last purchase; null for none. */
  boughtDaysAgo: number | null;
  expected: Expected;
  bestWindow: BestWindow;
  bestHour: BestHour;
};

export type Audiences = {
  audiences: AudienceSummary[];
  /** Categories that a rule can name, those of most users first; at most 500. */
  categories: string[];
};

/** What the live bundle's manifest says of it. */
export type Backtest = {
  /** On the log that the bundle was trained on, against baselines; null without a backtest. */
  shop: ShopBacktest | null;
  /** On simulated shops that it was not trained on; null for a bundle trained on a log. */
  simulated: {
    /** Mean of the horizons. */
    logLoss: number;
    /** What the probabilities that the shops were drawn from would get. */
    possible: number;
  } | null;
};

/** With θ, the shop's usual 30-day purchase rate: now if p_3d ≥ θ, else soon if p_7d ≥ θ, else later if p_30d ≥ θ, else unlikely. */
export type Band = "now" | "soon" | "later" | "unlikely";

export type Bands = {
  /** The purchase rate that divides the bands, as you set it for the next run; null: it is measured. */
  theta: number | null;
  /** What the latest finished run used; null before the first. */
  latest: {
    /** A calendar day of the shop's time zone. */
    day: string;
    theta: number;
  } | null;
};

export type BandsBody = {
  /** null: measured by every run, at least 0.05. */
  theta: number | null;
};

/** When in the week the user is most likely to be there; null in a log without times of day. */
export type BestHour = {
  weekday: "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday";
  /** The hour that begins then, in the shop's time zone. */
  hour: number;
} | null;

/** The days, both included, in which the next purchase is most concentrated. */
export type BestWindow = {
  /** A calendar day of the shop's time zone. */
  from: string;
  /** A calendar day of the shop's time zone. */
  to: string;
  probability: number;
};

export type BuyersWithin = {
  days: 1 | 3 | 7 | 14 | 30;
  /** Known users expected to buy at least once within so many days: the sum of the users' probabilities. */
  expected: number;
  low80: number;
  high80: number;
  low95: number;
  high95: number;
};

export type CalibrationAlarm = {
  /** True when the newest run's buyers lie outside [low99, high99] and over 10 % from what was expected. */
  value: boolean;
  /** Of the newest run whose days have passed. */
  day: string;
  expected: number;
  actual: number;
  low99: number;
  high99: number;
};

/** How many products have a category. */
export type Catalogue = {
  products: number;
  updatedAt: string | null;
};

export type Correction = {
  /** 0 where nothing is corrected. */
  version: number;
  /** Outcomes before this day's first instant taught it. */
  asOf: string;
  modelVersion: string;
  /** p' = σ(intercept + slope · logit p); empty where nothing is corrected. */
  horizons: {
    days: number;
    slope: number;
    intercept: number;
  }[];
  evidence: {
    origins: string[];
    users: number;
    /** Log-losses, after by cross-validation over users. */
    horizons: {
      days: number;
      n: number;
      buyers: number;
      before: number;
      after: number;
    }[];
    /** Why it is off; null when it is on. */
    reason: string | null;
  };
};

export type Count = {
  /** A calendar day of the shop's time zone. */
  day: string;
  /** Users scored that day. */
  users: number;
  /** Users that match; an estimate where sampled. */
  count: number;
  /** Whether the count comes from a sample: done above 100,000 users. */
  sampled: boolean;
  /** Users that were asked. */
  sample: number;
  /** 95 % interval of the count; the count itself where it is exact. */
  low: number;
  high: number;
};

export type CountBody = {
  rule: Rule;
};

export type CreatedWebhook = {
  id: string;
  url: string;
  kind: "webhook" | "segment";
  events: ("buying_window.opened" | "buying_window.closed" | "best_window.opened")[];
  ids: boolean;
  createdAt: string;
  /** whsec_…, shown once; of kind webhook only. */
  secret?: string;
};

export type Deliveries = {
  deliveries: Delivery[];
  /** What to send as cursor for the next page; null on the last one. */
  next: string | null;
};

export type Delivery = {
  /** Id of the event, sent as webhook-id. */
  event: string;
  type: "buying_window.opened" | "buying_window.closed" | "best_window.opened";
  /** The user's pseudonym: HMAC-SHA256 of the shop's id, 64 hexadecimal digits. */
  user: string;
  /** dead: not taken for 24 hours; replay tries again. */
  state: "waiting" | "delivered" | "dead";
  attempts: number;
  /** Of the last attempt: a status, or one of timeout, redirect, private-address, unknown-host, bad-certificate, no-connection, not-https, unknown-user. */
  outcome: string | null;
  at: string;
  triedAt: string | null;
  nextAt: string | null;
};

export type Demand = {
  /** The first day forecast: that of the run. */
  from: string;
  days: number;
  /** Known users: those scored in the run. */
  users: number;
  /** Of the known users, by horizon. */
  within: BuyersWithin[];
  /** By category and then by day. */
  series: DemandPoint[];
  lead?: {
    days: number;
    units: LeadUnits[];
  };
};

export type DemandPoint = {
  /** null: known users of the whole shop, to whom the categories add up; ~new: buyers that no run can know before they come, on top of them; ~other: what is bought beyond the named categories. The first 200 categories behind which 5 users or more stand have a name. */
  category: string | null;
  /** A calendar day of the shop's time zone. */
  day: string;
  /** Users expected to buy on the day. Who buys on two days counts on each. */
  expected: number;
  low80: number;
  high80: number;
  low95: number;
  high95: number;
};

export type Difference = {
  value: number;
  low: number;
  high: number;
};

export type Drift = {
  /** Population stability index of action words: below 0.1 steady, above 0.25 another shop. */
  psi: number;
  /** Over 0.25, and not by chance. */
  alarm: boolean;
  /** The four weeks before this day are compared… */
  from: string;
  /** …with the week before this one. */
  to: string;
  /** Words that moved most, as shares of all actions; one without a category is what is rare of its type. */
  words: {
    word: string;
    before: number;
    now: number;
  }[];
};

/** Action types by event name; null: the event is no action. */
export type EventTypes = Record<string, "view" | "search" | "wishlist" | "cart" | "uncart" | "checkout" | "coupon" | "purchase" | "refund" | "visit" | null>;

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

export type Explained = {
  /** The live model, which was asked. */
  modelVersion: string;
  '7d': {
    /** What is explained, as the live model gives it for that moment. */
    probability: number;
    /** What it would be without all that the reasons name. */
    without: number;
    /** probability − without − the sum of the effects: what actions move only together, or each of them alone. */
    remainder: number;
  };
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

export type ImportReply = {
  success: true;
  received: number;
  accepted: number;
  duplicates: number;
  errors: {
    line: number;
    messageId?: string | null;
    code?: string;
    message?: string;
    index: number;
  }[];
  results: {
    line: number;
    status: "accepted" | "duplicate" | "dropped" | "refused";
    messageId?: string | null;
    code?: string;
    message?: string;
  }[];
};

export type LeadUnits = {
  /** null: known users of the whole shop, to whom the categories add up; ~new: buyers that no run can know before they come, on top of them; ~other: what is bought beyond the named categories. The first 200 categories behind which 5 users or more stand have a name. */
  category: string | null;
  /** Units. */
  expected: number;
  /** Units that suffice with this probability, in percent: reorder points. */
  quantiles: {
    p50: number;
    p80: number;
    p90: number;
    p95: number;
    p98: number;
    p99: number;
  };
  /** False: each purchase counts as one unit. */
  quantityKnown: boolean;
};

export type Lift = {
  name: string;
  /** Share of its users, always the same ones, kept out of lists and downloads, so that lift can be measured. */
  holdout: number;
  days: number;
  /** First day on which a user counted here came in; null for none. */
  from: string | null;
  to: string | null;
  treated: LiftGroup;
  heldOut: LiftGroup;
  /** Rate of the treated less that of the held-out, with its 95 % interval. */
  difference: Difference | null;
};

export type LiftGroup = {
  users: number;
  buyers: number;
  /** With its 95 % interval; null of nobody. */
  rate: Rate | null;
};

export type LiveHorizon = {
  horizon: number;
  /** Runs that are counted. */
  runs: number;
  measures: LiveMeasures;
  /** Up to ten groups of about equal mass, by rising probability. Intervals allow for days that several runs share. */
  reliability: {
    predicted: number;
    actual: number;
    n: number;
    low95: number;
    high95: number;
  }[];
  bands: {
    band: Band;
    n: number;
    /** Sum of the users' probabilities. */
    expected: number;
    actual: number;
    /** Between these lie 95 % of the counts that the probabilities themselves give. */
    low95: number;
    high95: number;
  }[];
  alarm: CalibrationAlarm;
};

export type LiveMeasures = {
  n: number;
  rate: number;
  /** Probabilities within a fifth of a logit count as ties; null when everyone or nobody bought. */
  auc: number | null;
  logLoss: number;
  brier: number;
  ece: number;
};

export type LiveModelChange = {
  at: string;
  what: "promotion" | "rollback";
  /** Live from then on. */
  version: string;
  /** Live until then; null where none was. */
  from: string | null;
  /** `training` or `watch`, which act by themselves, or the name of whoever ran the command. */
  by: string;
  why: string;
  /** It was made although the gate refused. */
  forced: boolean;
};

export type LiveQuality = {
  /** Outcomes are those known before the first instant of this day. */
  until: string;
  /** All runs of the 90 days before together. */
  horizons: LiveHorizon[];
  /** Oldest first. */
  runs: LiveRun[];
  /** Whether any horizon's is. */
  alarm: boolean;
};

export type LiveRun = {
  /** A calendar day of the shop's time zone. */
  day: string;
  modelVersion: string;
  /** Version of the correction; 0 for none. */
  correction: number;
  /** Those whose days have passed. */
  horizons: {
    horizon: number;
    n: number;
    /** Sum of the users' probabilities. */
    expected: number;
    actual: number;
    /** Between these lie 95 % of the counts that the probabilities themselves give. */
    low95: number;
    high95: number;
    /** Probabilities within a fifth of a logit count as ties; null when everyone or nobody bought. */
    auc: number | null;
    logLoss: number;
    brier: number;
    ece: number;
  }[];
};

export type Measurement = {
  client_id?: string;
  user_id?: string;
  timestamp_micros?: number | string;
  user_agent?: string;
  events: {
    name: string;
    params?: Record<string, unknown>;
    [name: string]: unknown;
  }[];
  [name: string]: unknown;
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

export type Profile = {
  /** The user's pseudonym: HMAC-SHA256 of the shop's id, 64 hexadecimal digits. */
  user: string;
  /** The shop's own id; only for keys of scope read:ids or admin. */
  userId?: string;
  /** The profile is of what came before this day: the latest run's, or today. */
  day: string;
  stage: Stage;
  recency: {
    /** A calendar day of the shop's time zone. */
    lastActionDay: string;
    /** Days before the day of the profile: 1 for the day before. */
    days: number;
    lastPurchaseDay: string | null;
    purchaseDays: number | null;
  };
  frequency: {
    /** A calendar day of the shop's time zone. */
    firstDay: string;
    /** Days with an action. */
    days: number;
    actions: number;
    /** Days with a purchase. */
    purchaseDays: number;
    /** Purchase actions: one a line of an order. */
    purchases: number;
  };
  /** Money in the shop's currency and units bought; null where the shop sends none. */
  value: {
    total: number | null;
    perPurchaseDay: number | null;
    units: number | null;
  };
  /** What the stage is measured by. */
  rhythm: {
    /** Visits for a user who never bought. */
    of: "purchases" | "visits";
    /** Usual days between two, the shop's where the user's own say little. */
    gap: number;
    low: number;
    /** About two of three gaps are between low and high. */
    high: number;
  };
  /** At most 20, most actions first. */
  categories: {
    category: string;
    actions: number;
    purchases: number;
    /** Of the user's actions with a category. */
    share: number;
    /** The same of the whole shop; null for a category that few users touch. */
    shopShare: number | null;
    /** share / shopShare: 1 is as everybody. */
    affinity: number | null;
  }[];
  /** On how many days the user was there. */
  weekdays: {
    weekday: "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday";
    count: number;
  }[];
  /** On how many days of the last 180, by hour 0 to 23; null in a log without times of day. */
  hours: number[] | null;
  bestHour: BestHour;
  /** As they were given on the latest 30 days with a run, newest first, and what came after. */
  scores: {
    /** A calendar day of the shop's time zone. */
    day: string;
    probability: {
      '7d': number;
      '30d': number;
    };
    band: Band;
    bought: {
      /** Whether a purchase came within so many days; null while the days are not over and none came. */
      '7d': boolean | null;
      /** Whether a purchase came within so many days; null while the days are not over and none came. */
      '30d': boolean | null;
    };
  }[];
};

export type Quality = {
  /** The latest day with a finished run; null before the first. */
  day: string | null;
  model: {
    version: string;
    trainedOn: {
      firstDay: string;
      lastDay: string;
      users: number;
      /** Absent after private training. */
      actions?: number;
    };
  };
  /** What made the live model live, the newest first; empty where the first one still is. */
  changes: LiveModelChange[];
  backtest: Backtest;
  /** Forecasts of past runs against what happened; null until the days of one have passed. */
  live: LiveQuality | null;
  /** Learned from the shop's own outcomes; null before the first look back. */
  correction: Correction | null;
  /** As of the last look back; null where there is too little to compare. */
  drift: Drift | null;
};

export type Rate = {
  value: number;
  low: number;
  high: number;
};

export type Reason = {
  /** In plain words, English. */
  text: string;
  /** The action words left out, most used first, at most 20; none for silence. */
  words: string[];
  /** Day of the first action left out, or of silence. */
  from: string;
  /** A calendar day of the shop's time zone. */
  to: string;
  /** The probability less what it would be without these actions (or with the last action yesterday): positive where they raise it. */
  effect: {
    '7d': number;
  };
};

export type Regulation = {
  data: {
    regulation: {
      id: string;
      regulationType: "SUPPRESS_WITH_DELETE" | "DELETE_ONLY" | "SUPPRESS_ONLY" | "UNSUPPRESS";
      subjectType: "USER_ID";
      /** Ids that the request named. Which ones is not kept. */
      subjects: number;
      overallStatus: "INITIALIZED" | "RUNNING" | "FINISHED";
      status: "INITIALIZED" | "RUNNING" | "FINISHED";
      createdAt: string;
      finishedAt?: string;
      /** Of a finished erasure: each look at every place, and what it removed. */
      certificate?: {
        passes: {
          startedAt: string;
          finishedAt: string;
          /** Requests whose users were looked for together. */
          requests: number;
          /** Items of tables and lines of files that were there, by place; 0: looked, and found nothing. */
          removed: Record<string, number>;
        }[];
      };
    };
    status: "INITIALIZED" | "RUNNING" | "FINISHED";
  };
};

export type Reject = {
  at: string;
  source: string;
  route: string;
  requestId: string;
  code: string;
  message: string;
  /** Position in its request; absent: the request as a whole. */
  index?: number;
  /** The shape of the event, without anything that was sent. */
  body?: unknown;
};

export type Replay = {
  replayed: number;
};

export type ReplayBody = {
  /** Of this event alone, dead or not. */
  event?: string;
};

/** One condition, or others combined; at most 32 conditions, 8 levels deep, and 2000 bytes as JSON. */
export type Rule = {
  /** Every one of these. */
  all: Rule[];
} | {
  /** At least one of these. */
  any: Rule[];
} | {
  /** Not this. */
  not: Rule;
} | {
  /** P(purchase within so many days) is between min (0) and max (1), both included. */
  probability: {
    days: 1 | 3 | 7 | 14 | 30;
    min?: number;
    max?: number;
  };
} | {
  /** One of these bands. */
  band: ("now" | "soon" | "later" | "unlikely")[];
} | {
  /** P(the next purchase is in this category or one below it) is above 0 and at least min. Names are as they stand in action words. */
  category: {
    name: string;
    min?: number;
  };
} | {
  /** Whole days since the last action, both days excluded. */
  silence: {
    min?: number;
    max?: number;
  };
} | {
  /** One of these stages. */
  stage: ("new" | "active" | "due" | "lapsing" | "lost")[];
} | {
  /** Bought on one of the last so many days before the day of the run. */
  bought: {
    days: number;
  };
} | {
  /** true: agreed to marketing; false: did not, or was never asked. */
  consent: {
    marketing: boolean;
  };
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

export type ShopBacktest = {
  /** In one sentence. */
  verdict: string;
  /** Nothing from this day on was trained on. */
  trainEnd: string;
  /** The days that forecasts were made as of. */
  origins: string[];
  /** By model and horizon. */
  results: {
    /** buy-timing or a baseline. */
    model: string;
    horizon: number;
    n: number;
    rate: number;
    auc: number | null;
    logLoss: number;
    brier: number;
    ece: number;
    /** Rate of buyers among the top 10 % against that of all. */
    lift10: number;
  }[];
};

export type Source = {
  /** `default` for keys without a source, `unknown` for unknown keys. */
  source: string;
  /** Events taken, duplicates apart. */
  accepted: number;
  duplicates: number;
  /** Accepted events of an earlier day; their users are scored again. */
  late: number;
  /** Accepted events whose client's clock was corrected. */
  skewCorrected: number;
  /** Accepted events that stand for no action: calls such as group, and names that are not known. */
  withoutAction: number;
  /** Requests told to come again, since the store was busy. */
  busy: number;
  /** Events taken and not stored, by reason. */
  dropped: Record<string, number>;
  /** Refused events and requests, by code. */
  rejected: Record<string, number>;
  lastAt: string | null;
};

/** By the user's own rhythm: new (came within 30 days, did not buy twice), active, due (about when the next purchase usually comes), lapsing, lost. */
export type Stage = "new" | "active" | "due" | "lapsing" | "lost";

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
  bestHour: BestHour;
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
  /** Those that raise the probability first, then those that lower it; the greatest first. */
  reasons?: Reason[];
  /** Absent where nothing of the history is left. */
  explained?: Explained;
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
    code: "not-json" | "not-an-object" | "too-large" | "too-deep" | "unknown-type" | "missing-event" | "missing-user-id" | "bad-user-id" | "user-id-too-long" | "bad-message-id" | "message-id-too-long" | "bad-timestamp" | "before-1970" | "in-the-future" | "too-many-products" | "link-cycle" | "linked-elsewhere" | "too-many-ids";
    message: string;
  }[];
};

export type Traffic = {
  /** Drop events whose context.userAgent is a known bot’s. */
  bots: boolean;
  /** Addresses and networks of the shop, compared with context.ip. */
  internal: string[];
  /** Events of one user a minute that are kept; null: all. */
  eventsPerMinute: number | null;
};

/** What is wrong with a request, as GA4's validation server tells it. */
export type ValidationMessages = {
  validationMessages: {
    fieldPath?: string;
    description: string;
    validationCode: string;
  }[];
};

export type Webhook = {
  id: string;
  url: string;
  kind: "webhook" | "segment";
  events: ("buying_window.opened" | "buying_window.closed" | "best_window.opened")[];
  ids: boolean;
  createdAt: string;
};

export type WebhookBody = {
  url: string;
  /** webhook: signed as Standard Webhooks say; segment: a Segment track call. */
  kind?: "webhook" | "segment";
  /** Default: all; of kind segment: buying_window.opened. */
  events?: ("buying_window.opened" | "buying_window.closed" | "best_window.opened")[];
  /** Whether messages hold the shop's own ids; of kind segment they always do. */
  ids?: boolean;
  /** Of kind segment: its write key, sent as Basic user name. */
  writeKey?: string;
};

export type Webhooks = {
  webhooks: Webhook[];
};

export type WindowEvent = {
  id: string;
  /** buying_window: the user entered band now, or left it for good (below 80 % of θ); best_window: the most probable days begin. */
  type: "buying_window.opened" | "buying_window.closed" | "best_window.opened";
  /** The user's pseudonym: HMAC-SHA256 of the shop's id, 64 hexadecimal digits. */
  user: string;
  /** The shop's own id; only for keys of scope read:ids or admin. */
  userId?: string;
  /** Day of the run that saw it. */
  day: string;
  /** Day on which the window opened. */
  since: string;
  /** As the run gave it; absent for a user who is not scored any more. */
  score?: {
    band: Band;
    stage: Stage;
    probability: Probabilities;
    expected: Expected;
    bestWindow: BestWindow;
    bestHour: BestHour;
    consentMarketing: boolean;
  };
  /** When it was recorded. */
  at: string;
  /** Whether the event bus has it. */
  published: boolean;
};

export type WindowEvents = {
  events: WindowEvent[];
  /** What to send as cursor for the next page; null on the last one. */
  next: string | null;
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
  /** A user did something. */
  'POST /v1/t': {
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
  'POST /v1/i': {
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
  'POST /v1/p': {
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
  'POST /v1/s': {
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
  'POST /v1/g': {
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
  'POST /v1/a': {
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
  'POST /v1/b': {
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
  /** Many lines at once. */
  'POST /v1/import': {
    body: string;
    reply: ImportReply;
  };
  /** GA4's Measurement Protocol. */
  'POST /mp/collect': {
    query: {
      /** Any; it is asked for as by GA4. */
      measurement_id: string;
      /** The key, of scope write. */
      api_secret: string;
    };
    body: Measurement;
    reply: undefined;
  };
  /** GA4's validation server. */
  'POST /debug/mp/collect': {
    query: {
      /** Any; it is asked for as by GA4. */
      measurement_id: string;
      /** The key, of scope write. */
      api_secret: string;
    };
    body: Measurement;
    reply: ValidationMessages;
  };
  /** Webhooks of Shopify. */
  'POST /v1/shopify/{source}': {
    path: {
      /** The source whose secret signs the webhooks. */
      source: string;
    };
    body: {
      customer?: {
        id: number;
        [name: string]: unknown;
      };
      created_at: string;
      [name: string]: unknown;
    };
    reply: {
      received: number;
      accepted: number;
      errors: {
        code: string;
        message: string;
      }[];
    };
  };
  /** What Segment's browser client loads before it sends. */
  'GET /v1/projects/{key}/settings': {
    path: {
      /** The key, of scope write. */
      key: string;
    };
    reply: {
      integrations: {
        'Segment.io': {
          apiKey: string;
          apiHost: string;
          protocol: string;
          [name: string]: unknown;
        };
      };
      [name: string]: unknown;
    };
  };
  /** What came in, by source. */
  'GET /v1/sources': {
    query?: {
      /** The day on which events came; today when absent. */
      day?: string;
    };
    reply: {
      /** A calendar day of the shop's time zone. */
      day: string;
      sources: Source[];
    };
  };
  /** The last 50 refused events and requests. */
  'GET /v1/sources/rejects': {
    reply: {
      rejects: Reject[];
    };
  };
  /** Sets the secret of a source's webhooks. */
  'PUT /v1/sources/{source}': {
    path: {
      source: string;
    };
    body: {
      shopify: {
        secret: string;
      } | null;
    };
    reply: {
      source: string;
      shopify: boolean;
    };
  };
  /** The shop's own event names. */
  'GET /v1/event-types': {
    reply: EventTypes;
  };
  /** Sets the shop's own event names. */
  'PUT /v1/event-types': {
    body: EventTypes;
    reply: EventTypes;
  };
  /** The catalogue: the category of each product. */
  'GET /v1/catalog': {
    query?: {
      /** Answers for this product alone. */
      product?: string;
    };
    reply: Catalogue | {
      product: string;
      category: string | null;
    };
  };
  /** Sets the catalogue. */
  'PUT /v1/catalog': {
    body: Record<string, string> | {
      product_id: string | number;
      category: string;
      [name: string]: unknown;
    }[];
    reply: Catalogue;
  };
  /** Which traffic is dropped. */
  'GET /v1/traffic': {
    reply: Traffic;
  };
  /** Sets which traffic is dropped. */
  'PUT /v1/traffic': {
    body: {
      /** Drop events whose context.userAgent is a known bot’s. */
      bots?: boolean;
      /** Addresses and networks of the shop, compared with context.ip. */
      internal?: string[];
      /** Events of one user a minute that are kept; null: all. */
      eventsPerMinute?: number | null;
    };
    reply: Traffic;
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
      /** Adds reasons and explained: what in the history moved the 7-day probability. Asks the model. */
      explain?: boolean;
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
  /** What a user is like. */
  'GET /v1/users/{userId}/profile': {
    path: {
      /** The shop's own id of the user, at most 256 bytes; or ~ and the pseudonym. */
      userId: string;
    };
    reply: Profile;
  };
  /** Every audience. */
  'GET /v1/audiences': {
    reply: Audiences;
  };
  /** Save an audience. */
  'POST /v1/audiences': {
    body: AudienceBody;
    reply: AudienceSummary;
  };
  /** How many users match a rule. */
  'POST /v1/audiences/count': {
    body: CountBody;
    reply: Count;
  };
  /** The users of an audience. */
  'GET /v1/audiences/{name}': {
    path: {
      /** A band, or the name of an audience of your own. */
      name: string;
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
  /** Delete an audience. */
  'DELETE /v1/audiences/{name}': {
    path: {
      /** A band, or the name of an audience of your own. */
      name: string;
    };
    reply: undefined;
  };
  /** Whether writing to an audience made a difference. */
  'GET /v1/audiences/{name}/lift': {
    path: {
      /** A band, or the name of an audience of your own. */
      name: string;
    };
    query?: {
      /** A purchase counts within so many days from the day on which the user came into the audience. */
      days?: number;
    };
    reply: Lift;
  };
  /** What divides the bands. */
  'GET /v1/bands': {
    reply: Bands;
  };
  /** Set what divides the bands. */
  'PUT /v1/bands': {
    body: BandsBody;
    reply: Bands;
  };
  /** Windows that opened and closed. */
  'GET /v1/events': {
    query?: {
      /** How many come at once. */
      limit?: number;
      /** `next` of the page before; absent for the first page. */
      cursor?: string;
    };
    reply: WindowEvents;
  };
  /** Every webhook. */
  'GET /v1/webhooks': {
    reply: Webhooks;
  };
  /** Tell an address of window events. */
  'POST /v1/webhooks': {
    body: WebhookBody;
    reply: CreatedWebhook;
  };
  /** Delete a webhook. */
  'DELETE /v1/webhooks/{id}': {
    path: {
      id: string;
    };
    reply: undefined;
  };
  /** What a webhook was told, and what came of it. */
  'GET /v1/webhooks/{id}/deliveries': {
    path: {
      id: string;
    };
    query?: {
      /** Which ones: waiting by when they are due, others the newest first. */
      state?: "waiting" | "dead" | "delivered";
      /** How many come at once. */
      limit?: number;
      /** `next` of the page before; absent for the first page. */
      cursor?: string;
    };
    reply: Deliveries;
  };
  /** Try deliveries again. */
  'POST /v1/webhooks/{id}/replay': {
    path: {
      id: string;
    };
    body: ReplayBody;
    reply: Replay;
  };
  /** A day's scores in figures. */
  'GET /v1/overview': {
    query?: {
      /** The day shown; the latest day with a finished run when absent. */
      day?: string;
    };
    reply: Overview;
  };
  /** What will be bought. */
  'GET /v1/demand': {
    query?: {
      /** The day shown; the latest day with a finished run when absent. */
      day?: string;
      /** Days forecast. */
      days?: number;
      /** Adds a series a category, most expected first. */
      by?: "category";
      /** Adds the units of so many days together, for a reorder point. */
      leadDays?: number;
    };
    reply: Demand;
  };
  /** How good the scores are. */
  'GET /v1/quality': {
    reply: Quality;
  };
  /** List the keys. */
  'GET /v1/keys': {
    reply: {
      keys: {
        /** Names the key in lists; of no use to whoever wants in. */
        id: string;
        /** write sends actions; read sees pseudonyms; read:ids sees the shop’s ids too; admin may all. */
        scope: "write" | "read" | "read:ids" | "admin";
        /** What the key is for. */
        name: string;
        /** Source of the actions that are sent with the key. */
        source?: string;
        createdAt: string;
        endsAt?: string;
      }[];
    };
  };
  /** Make a key. */
  'POST /v1/keys': {
    body: {
      /** write sends actions; read sees pseudonyms; read:ids sees the shop’s ids too; admin may all. */
      scope: "write" | "read" | "read:ids" | "admin";
      /** What the key is for. */
      name?: string;
      /** Source of the actions that are sent with the key. */
      source?: string;
    };
    reply: {
      /** Names the key in lists; of no use to whoever wants in. */
      id: string;
      /** The key itself. Only its hash is stored: it is shown this once. */
      key: string;
      /** write sends actions; read sees pseudonyms; read:ids sees the shop’s ids too; admin may all. */
      scope: "write" | "read" | "read:ids" | "admin";
    };
  };
  /** Revoke a key. */
  'DELETE /v1/keys/{id}': {
    path: {
      id: string;
    };
    reply: undefined;
  };
  /** Replace a key. */
  'POST /v1/keys/{id}/rotate': {
    path: {
      id: string;
    };
    body?: {
      /** How long the old key works on. */
      overlapHours?: number;
    };
    reply: {
      /** Names the key in lists; of no use to whoever wants in. */
      id: string;
      /** The key itself. Only its hash is stored: it is shown this once. */
      key: string;
      /** write sends actions; read sees pseudonyms; read:ids sees the shop’s ids too; admin may all. */
      scope: "write" | "read" | "read:ids" | "admin";
      replaces: {
        /** Names the key in lists; of no use to whoever wants in. */
        id: string;
        endsAt: string;
      };
    };
  };
  /** Erase or suppress users. */
  'POST /v1/regulations': {
    body: {
      /** SUPPRESS_WITH_DELETE erases and takes nothing of the users from then on; DELETE_ONLY erases what is there; SUPPRESS_ONLY only takes nothing more; UNSUPPRESS ends that. */
      regulationType: "SUPPRESS_WITH_DELETE" | "DELETE_ONLY" | "SUPPRESS_ONLY" | "UNSUPPRESS";
      subjectType?: "USER_ID";
      /** The shop’s ids, or anonymous ones; every id of the same persons is meant, too. */
      subjectIds: (string | number)[];
    };
    reply: {
      data: {
        regulateId: string;
      };
    };
  };
  /** How far a request is, and its certificate. */
  'GET /v1/regulations/{id}': {
    path: {
      id: string;
    };
    reply: Regulation;
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
