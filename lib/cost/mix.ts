/**
 * What the bill supposes of a shop and of AWS, where neither the options of `npm run cost` nor the code say it. Sizes of
 * items and calls of a request are held against the real ones by test/unit/cost.test.ts.
 */
export const MIX = {
  /** Share of the users of the last 90 days who act on a day; the events of a day are theirs. */
  acting: 0.2,
  /** Padded lengths of the sequences asked about: 32, 64, 128, 256 positions. */
  lengths: [0.25, 0.25, 0.25, 0.25],
  /** CORS preflights of a user's browser on a day: browsers keep one for two hours. */
  preflightsPerUserDay: 2,
  /** Timing answers that the shop asks for, in users a day. */
  answersPerUserDay: 0.1,
  /** Windows that open or close at night, in users who acted. */
  windowsPerActing: 0.05,
  /** The busiest five minutes of a day, in means of the day. */
  peak: 10,
  /** Keys of the shop by source: website, app, server and the like. */
  sources: 5,
  /** Answers of the dashboard, of audiences and the like, a day. */
  otherRequestsPerDay: 1_000,
} as const;

/** Bytes, names and values as DynamoDB counts them. */
export const SIZE = {
  /** What it adds to each item that it stores. */
  stored: 100,
  /** An action packed within its item, with a browser's message id of 59 characters; and all else of the item. */
  action: 40,
  chunk: 144,
  /** An event as an item of its own: the same action, its key, its source, when it expires. */
  event: 205,
  /** A row of Users with forecast and facts; its row in the index. */
  user: 2_700,
  indexRow: 280,
  /** The shop's own event names and addresses; rejects of one write; the plan of a run: the largest that there can be. */
  rules: 360_000,
  rejects: 140_000,
  plan: 400_000,
  /** An item of Runs; of Outbox with its copy in the index. */
  run: 1_900,
  windowEvent: 1_500,
  /** A user's lines in the files of a day, together. */
  files: 2_200,
  /** The score row of the naive design, and its place in the index of a day's bands. */
  row: 1_000,
  rowInIndex: 200,
  /** A tracking request and its answer over the network. */
  request: 2_500,
  answer: 400,
  /** A request in the access log, and what ingest says of one, 26 bytes that CloudWatch adds included. */
  accessLog: 180,
  eventsLine: 250,
} as const;

/**
 * How long functions work, in seconds. Supposed, not measured on AWS: ingest needs 1.3 ms of a core here for five events,
 * and has 0.29 of one, taken to be half as fast; its two calls of the store wait 5 ms each.
 */
export const SECONDS = {
  ingest: 0.02,
  answer: 0.02,
  deliver: 0.5,
  erase: 0.5,
  /** The daily look at what is live. */
  watch: 2,
  /** Export and gate of a training: all the time that they may take. */
  exportAndGate: 1_800,
} as const;

/**
 * Speeds of the night. `user`, `asked` and `action` are seconds of one function for a user who is looked at, and more for
 * one the model is asked about: what a whole run of 10,000 users needed here (docs/scale.md). `gpu` and `lambda` are users
 * a second: that of the GPU is supposed, that of the Lambda is half of what two cores do here.
 */
export const SPEED = {
  user: 0.003,
  asked: 0.013,
  /** Seconds for each action that is read of those users. */
  action: 0.00001,
  gpu: { tiny: 3_000, base: 1_000, gpt2: 300 },
  lambda: { tiny: 360, base: 45, gpt2: 3 },
  /** Seconds until an endpoint is in service: five to ten minutes. */
  endpointComes: 480,
  /** Seconds of plan, look back and finish together, apart from what grows with the users. */
  otherSteps: 90,
  /** Users whom `finish` puts together in a second, and bytes it holds of each. */
  finish: 20_000,
  finishBytes: 500,
} as const;

/** What stands in the account all month, whatever comes: held against the templates by the same test. */
export const STANDING = {
  /** Metrics that are watched, each of which costs as an alarm; those of who runs the model apart. */
  alarms: 14,
  scorerAlarms: { nightly: 2, always: 3, lambda: 0 },
  /** Where a stage has a weekly training. */
  trainingAlarms: 3,
  /** The pepper, and the header between CloudFront and the API. */
  secrets: 2,
  /** Of users, of secrets, of operations. Each costs as much again after its first and its second year of rotation. */
  customerKeys: 3,
  /** Custom metrics of ingest. */
  metrics: 10,
  webAcls: 1,
  wafRules: 3,
} as const;

/** GB of memory of functions (lib/stacks/api.ts, lib/stacks/training.ts). */
export const MEMORY = { ingest: 0.5, answer: 1, promotion: 3 } as const;
/** Lambda traces the first call of each second, and this share of the others. */
export const TRACED = 0.05;
/** Tables that functions use all day, for each of which DynamoDB asks KMS again every five minutes; seconds of that. */
export const OPENED = { tables: 9, every: 300 } as const;
/** SageMaker bills 720 to 744 hours a month; all else is days of a twelfth of a year. */
export const HOURS = 730;
export const DAYS = 365 / 12;

export const MODELS = ['tiny', 'base', 'gpt2'] as const;
export const SCORERS = ['nightly', 'always', 'lambda'] as const;
export const TRAFFICS = ['browser', 'server'] as const;

export interface Shop {
  /** Users who acted in the last 90 days. */
  users: number;
  eventsPerDay: number;
  eventsPerRequest: number;
  /** `browser`: the events of a request are of one user; `server`: each is of another one, and there are no preflights. */
  traffic: (typeof TRAFFICS)[number];
  /** Days that actions, scores and files are kept. The bill is that of a shop which has been running for so long. */
  retentionDays: number;
  scorer: (typeof SCORERS)[number];
  model: (typeof MODELS)[number];
  /** Hours of an instance that the training of a week takes; 0: there is none. */
  trainingHours: number;
}
