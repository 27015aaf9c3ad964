import type { ApiReply, ApiRequest } from '../http/api.ts';

const CACHED_SECONDS = 300;

/**
 * What Segment's browser client loads before it sends: where to, and that nothing else is to be loaded.
 * https://github.com/segmentio/analytics-next/blob/master/packages/browser/src/browser/settings.ts
 */
export function projectSettings({ path, headers, event }: ApiRequest): ApiReply {
  const host = headers['x-forwarded-host'] ?? headers.host ?? event.requestContext.domainName;
  const protocol = headers['x-forwarded-proto'] === 'http' ? 'http' : 'https';
  return {
    status: 200,
    headers: { 'cache-control': `public, max-age=${CACHED_SECONDS}` },
    body: {
      integrations: {
        'Segment.io': { apiKey: path.key, apiHost: `${host}/v1`, protocol, addBundledMetadata: true },
      },
      plan: {},
      edgeFunction: {},
      analyticsNextEnabled: true,
      middlewareSettings: {},
      enabledMiddleware: {},
      metrics: { sampleRate: 0 },
      legacyVideoPluginsEnabled: false,
      remotePlugins: [],
    },
  };
}
