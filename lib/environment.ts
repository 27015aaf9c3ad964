/** The environment of every function, as functions/environment.ts parses it. */
import type { StageConfig } from './config.ts';
import { stageOf } from './names.ts';
import type { DataStack } from './stacks/data.ts';
import type { ModelStack } from './stacks/model.ts';

/** @param use what a function asks the model for, if it does */
export function environmentOf(
  config: StageConfig,
  data: DataStack,
  model: ModelStack,
  use: 'night' | 'single' = 'single',
): Record<string, string> {
  return { ...basicEnvironment(config, data), ...model.askedFor(use).environment };
}

/** All of it but who runs the model. */
export function basicEnvironment(config: StageConfig, data: DataStack): Record<string, string> {
  return {
    SHOP_TIME_ZONE: config.timeZone,
    TABLE_PREFIX: data.tablePrefix,
    STAGE: stageOf(data),
    PEPPER_SECRET_ID: data.secret.secretArn,
    OBJECTS: `s3://${data.objects}`,
    ...(config.retentionDays && { RETENTION_DAYS: String(config.retentionDays) }),
  };
}
