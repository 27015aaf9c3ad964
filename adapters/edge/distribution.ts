/** CloudFront as what sends the secret header to the API. */
import {
  CloudFrontClient,
  type DistributionConfig,
  GetDistributionCommand,
  GetDistributionConfigCommand,
  UpdateDistributionCommand,
} from '@aws-sdk/client-cloudfront';
import { type Edge, ORIGIN_HEADER } from '../../core/edge/ports.ts';

/** @param id of the distribution */
export function createDistribution(id: string, client = new CloudFrontClient({})): Edge {
  return {
    async send(value) {
      const { DistributionConfig: config, ETag } = await client.send(new GetDistributionConfigCommand({ Id: id }));
      const headers = headersOf(config);
      if (headers.length === 0) throw new Error(`distribution ${id} has no origin with the header ${ORIGIN_HEADER}`);
      if (headers.every((header) => header.HeaderValue === value)) return;
      for (const header of headers) header.HeaderValue = value;
      // Refused when somebody else changed it meanwhile; the rotation is tried again.
      await client.send(new UpdateDistributionCommand({ Id: id, IfMatch: ETag, DistributionConfig: config }));
    },
    async sendsEverywhere(value) {
      const { Distribution: found } = await client.send(new GetDistributionCommand({ Id: id }));
      const headers = headersOf(found?.DistributionConfig);
      return (
        found?.Status === 'Deployed' && headers.length > 0 && headers.every((header) => header.HeaderValue === value)
      );
    },
  };
}

function headersOf(config: DistributionConfig | undefined) {
  const origins = config?.Origins?.Items ?? [];
  return origins
    .flatMap(({ CustomHeaders }) => CustomHeaders?.Items ?? [])
    .filter(({ HeaderName }) => HeaderName?.toLowerCase() === ORIGIN_HEADER);
}
