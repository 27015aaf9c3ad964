import * as z from 'zod';
import { band, day, instant, probability, wholeNumber } from '../http/schemas.ts';
import type { Contracts } from '../openapi/contract.ts';

/** A year of weekly promotions. */
export const CHANGES_SHOWN = 52;

const amount = z.number().min(0);
const days = z.int().min(1);

const auc = probability.nullable().meta({
  description: 'Probabilities within a fifth of a logit count as ties; null when everyone or nobody bought.',
});
const measures = z
  .object({ n: wholeNumber, rate: probability, auc, logLoss: amount, brier: amount, ece: amount })
  .meta({ id: 'LiveMeasures' });

const alarm = z
  .object({
    value: z.boolean().meta({
      description:
        "True when the newest run's buyers lie outside [low99, high99] and over 10 % from what was expected.",
    }),
    day: day.meta({ description: 'Of the newest run whose days have passed.' }),
    expected: amount,
    actual: wholeNumber,
    low99: amount,
    high99: amount,
  })
  .meta({ id: 'CalibrationAlarm' });

const buyers = {
  n: wholeNumber,
  expected: amount.meta({ description: "Sum of the users' probabilities." }),
  actual: wholeNumber,
  low95: amount.meta({ description: 'Between these lie 95 % of the counts that the probabilities themselves give.' }),
  high95: amount,
};

const liveHorizon = z
  .object({
    horizon: days,
    runs: wholeNumber.meta({ description: 'Runs that are counted.' }),
    measures,
    reliability: z
      .array(
        z.object({
          predicted: probability,
          actual: probability,
          n: wholeNumber,
          low95: probability,
          high95: probability,
        }),
      )
      .meta({
        description:
          'Up to ten groups of about equal mass, by rising probability. Intervals allow for days that several runs share.',
      }),
    bands: z.array(z.object({ band, ...buyers })),
    alarm,
  })
  .meta({ id: 'LiveHorizon' });

const liveRun = z
  .object({
    day,
    modelVersion: z.string(),
    correction: wholeNumber.meta({ description: 'Version of the correction; 0 for none.' }),
    horizons: z
      .array(z.object({ horizon: days, ...buyers, auc, logLoss: amount, brier: amount, ece: amount }))
      .meta({ description: 'Those whose days have passed.' }),
  })
  .meta({ id: 'LiveRun' });

const live = z
  .object({
    until: day.meta({ description: 'Outcomes are those known before the first instant of this day.' }),
    horizons: z.array(liveHorizon).meta({ description: 'All runs of the 90 days before together.' }),
    runs: z.array(liveRun).meta({ description: 'Oldest first.' }),
    alarm: z.boolean().meta({ description: "Whether any horizon's is." }),
  })
  .meta({ id: 'LiveQuality' });

const correction = z
  .object({
    version: wholeNumber.meta({ description: '0 where nothing is corrected.' }),
    asOf: day.meta({ description: "Outcomes before this day's first instant taught it." }),
    modelVersion: z.string(),
    horizons: z.array(z.object({ days, slope: z.number(), intercept: z.number() })).meta({
      description: "p' = σ(intercept + slope · logit p); empty where nothing is corrected.",
    }),
    evidence: z.object({
      origins: z.array(day),
      users: wholeNumber,
      horizons: z
        .array(z.object({ days, n: wholeNumber, buyers: wholeNumber, before: amount, after: amount }))
        .meta({ description: 'Log-losses, after by cross-validation over users.' }),
      reason: z.string().nullable().meta({ description: 'Why it is off; null when it is on.' }),
    }),
  })
  .meta({ id: 'Correction' });

const drift = z
  .object({
    psi: amount.meta({
      description: 'Population stability index of action words: below 0.1 steady, above 0.25 another shop.',
    }),
    alarm: z.boolean().meta({ description: 'Over 0.25, and not by chance.' }),
    from: day.meta({ description: 'The four weeks before this day are compared…' }),
    to: day.meta({ description: '…with the week before this one.' }),
    words: z.array(z.object({ word: z.string(), before: probability, now: probability })).meta({
      description:
        'Words that moved most, as shares of all actions; one without a category is what is rare of its type.',
    }),
  })
  .meta({ id: 'Drift' });

export const shopBacktest = z
  .object({
    verdict: z.string().meta({ description: 'In one sentence.' }),
    trainEnd: day.meta({ description: 'Nothing from this day on was trained on.' }),
    origins: z.array(day).meta({ description: 'The days that forecasts were made as of.' }),
    results: z
      .array(
        z.object({
          model: z.string().meta({ description: 'buy-timing or a baseline.' }),
          horizon: days,
          n: wholeNumber,
          rate: probability,
          auc: probability.nullable(),
          logLoss: amount,
          brier: amount,
          ece: amount,
          lift10: amount.meta({ description: 'Rate of buyers among the top 10 % against that of all.' }),
        }),
      )
      .meta({ description: 'By model and horizon.' }),
  })
  .meta({ id: 'ShopBacktest' });

const backtest = z
  .object({
    shop: shopBacktest.nullable().meta({
      description: 'On the log that the bundle was trained on, against baselines; null without a backtest.',
    }),
    simulated: z
      .object({
        logLoss: amount.meta({ description: 'Mean of the horizons.' }),
        possible: amount.meta({ description: 'What the probabilities that the shops were drawn from would get.' }),
      })
      .nullable()
      .meta({ description: 'On simulated shops that it was not trained on; null for a bundle trained on a log.' }),
  })
  .meta({ id: 'Backtest', description: "What the live bundle's manifest says of it." });

const liveChange = z
  .object({
    at: instant,
    what: z.enum(['promotion', 'rollback']),
    version: z.string().meta({ description: 'Live from then on.' }),
    from: z.string().nullable().meta({ description: 'Live until then; null where none was.' }),
    by: z.string().meta({
      description: '`training` or `watch`, which act by themselves, or the name of whoever ran the command.',
    }),
    why: z.string(),
    forced: z.boolean().meta({ description: 'It was made although the gate refused.' }),
  })
  .meta({ id: 'LiveModelChange' });

export const qualityReply = z
  .object({
    day: day.nullable().meta({ description: 'The latest day with a finished run; null before the first.' }),
    model: z.object({
      version: z.string(),
      trainedOn: z.object({
        firstDay: z.string(),
        lastDay: z.string(),
        users: wholeNumber,
        actions: wholeNumber.optional().meta({ description: 'Absent after private training.' }),
      }),
    }),
    changes: z.array(liveChange).max(CHANGES_SHOWN).meta({
      description: 'What made the live model live, the newest first; empty where the first one still is.',
    }),
    backtest,
    live: live
      .nullable()
      .meta({ description: 'Forecasts of past runs against what happened; null until the days of one have passed.' }),
    correction: correction
      .nullable()
      .meta({ description: "Learned from the shop's own outcomes; null before the first look back." }),
    drift: drift
      .nullable()
      .meta({ description: 'As of the last look back; null where there is too little to compare.' }),
  })
  .meta({ id: 'Quality' });

export type QualityReply = z.infer<typeof qualityReply>;
export type BacktestReply = z.infer<typeof backtest>;
export type LiveQuality = z.infer<typeof live>;

export const contracts: Contracts = {
  'GET /v1/quality': {
    tag: 'Shop',
    summary: 'How good the scores are',
    description: "The bundle's backtest against baselines, and for past runs forecast against outcome.",
    replies: { 200: { description: 'Quality as of the latest run.', json: qualityReply } },
  },
};
