/** The environment of every function, as functions/environment.ts parses it. */
import type { StageConfig } from './config.ts';
import type { DataStack } from './stacks/data.ts';
import type { ModelStack } from './stacks/model.ts';

export function environmentOf(config: StageConfig, data: DataStack, model: ModelStack): Record<string, string> {
  return {
    SHOP_TIME_ZONE: config.timeZone,
    TABLE_PREFIX: data.tablePrefix,
    SCORER: 'endpoint',
    ENDPOINT_NAME: model.endpointName,
    PEPPER_SECRET_ID: data.secret.secretArn,
    OBJECTS: `s3://${data.objects}`,
    BUNDLE: model.bundleVersion,
    ...(config.retentionDays && { RETENTION_DAYS: String(config.retentionDays) }),
  };
}
