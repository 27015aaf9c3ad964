import * as z from 'zod';
import { band, day, probability, wholeNumber } from '../../http/schemas.ts';
import type { QualityReply } from '../../quality/reply.ts';
import type { Contracts } from '../contract.ts';

const amount = z.number().min(0);
const horizon = z.int().min(1);

const alarm = z
  .object({
    value: z.boolean().meta({
      description:
        "True when the newest run's buyers lie outside [low99, high99] and over 10 % from what was expected.",
    }),
    day,
    expected: amount,
    actual: wholeNumber,
    low99: amount,
    high99: amount,
  })
  .meta({ id: 'CalibrationAlarm' });

const liveHorizon = z
  .object({
    horizon,
    runs: wholeNumber,
    measures: z.object({
      n: wholeNumber,
      rate: probability,
      auc: probability,
      logLoss: amount,
      brier: amount,
      ece: amount,
    }),
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
      .meta({ description: 'Ten bins of about equal mass, by rising probability.' }),
    bands: z.array(
      z.object({ band, n: wholeNumber, expected: amount, actual: wholeNumber, low95: amount, high95: amount }),
    ),
    alarm,
  })
  .meta({ id: 'LiveHorizon' });

const liveRun = z
  .object({
    day,
    modelVersion: z.string(),
    correction: wholeNumber,
    horizons: z.array(
      z.object({
        horizon,
        n: wholeNumber,
        expected: amount,
        actual: wholeNumber,
        low95: amount,
        high95: amount,
        auc: probability.nullable(),
        logLoss: amount,
        brier: amount,
        ece: amount,
      }),
    ),
  })
  .meta({ id: 'LiveRun' });

const correction = z
  .object({
    version: wholeNumber,
    asOf: day,
    modelVersion: z.string(),
    horizons: z.array(z.object({ days: horizon, slope: z.number(), intercept: z.number() })).meta({
      description: "p' = σ(intercept + slope · logit p); empty where nothing is corrected.",
    }),
    evidence: z.object({
      origins: z.array(day),
      users: wholeNumber,
      horizons: z
        .array(z.object({ days: horizon, n: wholeNumber, buyers: wholeNumber, before: amount, after: amount }))
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
    alarm: z.boolean(),
    from: day,
    to: day,
    words: z.array(z.object({ word: z.string(), before: probability, now: probability })),
  })
  .meta({ id: 'Drift' });

const qualityReply: z.ZodType<QualityReply> = z
  .object({
    day: day.nullable(),
    model: z.object({
      version: z.string(),
      trainedOn: z.object({ firstDay: z.string(), lastDay: z.string(), users: z.number(), actions: z.number() }),
    }),
    backtest: z
      .record(z.string(), z.unknown())
      .meta({ description: "What the bundle's manifest says of its backtest." }),
    live: z
      .object({
        until: day.meta({ description: 'Outcomes are those known before the first instant of this day.' }),
        horizons: z.array(liveHorizon),
        runs: z.array(liveRun).meta({ description: 'One entry a run, oldest first.' }),
        alarm: z.boolean(),
      })
      .nullable(),
    correction: correction.nullable(),
    drift: drift.nullable(),
  })
  .meta({ id: 'Quality' });

export const contracts: Contracts = {
  'GET /v1/quality': {
    tag: 'Shop',
    summary: 'How good the scores are',
    description: "The bundle's backtest against baselines, and for past runs forecast against outcome.",
    replies: { 200: { description: 'Quality as of the latest run.', json: qualityReply } },
  },
};
