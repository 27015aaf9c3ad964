/** `GET /health`: whether the parts that every answer needs are there. Needs no key and tells nothing about the shop. */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { BundleStore, ObjectStore } from '../../core/ports/objects.ts';
import type { SettingStore } from '../../core/ports/settings.ts';
import type { Log } from '../../core/ports/surroundings.ts';
import { VERSION } from '../version.ts';

export interface HealthDependencies {
  settings: Pick<SettingStore, 'get'>;
  objects: Pick<ObjectStore, 'get'>;
  bundles: Pick<BundleStore, 'live'>;
  log: Log;
  /** Whether the system is still being started; a Lambda never is. */
  starting(): boolean;
  /** Longest a check may take, milliseconds. */
  timeOutMs?: number;
}

type Check = 'ok' | 'failing';

export function createHandler(deps: HealthDependencies): () => Promise<APIGatewayProxyStructuredResultV2> {
  let model: string | undefined;
  const checks: Record<string, () => Promise<unknown>> = {
    store: () => deps.settings.get('health', 'check'),
    objects: () => deps.objects.get('health/check'),
    model: async () => {
      model = (await deps.bundles.live()).manifest.version;
    },
  };
  return async () => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]): Promise<[string, Check]> => {
        try {
          await within(deps.timeOutMs ?? 2_000, check());
          return [name, 'ok'];
        } catch (error) {
          deps.log.warn('a health check fails', { check: name, error: error instanceof Error ? error.message : error });
          return [name, 'failing'];
        }
      }),
    );
    const failing = results.some(([, check]) => check === 'failing');
    const status = failing ? 'failing' : deps.starting() ? 'starting' : 'ok';
    return {
      statusCode: status === 'ok' ? 200 : 503,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: JSON.stringify({ status, version: VERSION, model, checks: Object.fromEntries(results) }),
    };
  };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
