/** The dashboard's files in a bucket that nobody but CloudFront reads, and what its answers say to browsers. */
import { join } from 'node:path';
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  HeadersReferrerPolicy,
  ResponseHeadersPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { LogGroupProps } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { DASHBOARD_HEADERS } from '../../web/headers.ts';
import { uploadFolder } from './upload.ts';

const WEB = join(import.meta.dirname, '../../web');
export const STRICT_TRANSPORT = { accessControlMaxAge: Duration.days(365), includeSubdomains: false, override: true };

interface DashboardProps {
  /** The only other origin that pages may read from. */
  reads: string;
  logs: LogGroupProps;
}

export class Dashboard extends Construct {
  /** Of the page itself, asked for anew each time. */
  readonly page: BehaviorOptions;
  /** Of the files that it names, whose names change with what is in them. */
  readonly assets: BehaviorOptions;

  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const bucket = new Bucket(this, 'Files', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      encryption: BucketEncryption.S3_MANAGED,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'It holds what everybody may see, the same for all; who looked is nobody’s business.',
    });
    uploadFolder(this, 'Web', {
      // Built by bin/app.ts before it synthesizes; templates without bundles stand on the sources.
      folder: Stack.of(this).bundlingRequired ? join(WEB, 'dist') : join(WEB, 'styles'),
      exclude: ['fingerprint'],
      bucket,
      keeps: false,
      wildcard: 'All files of the dashboard.',
      logs: props.logs,
    });
    const shared = {
      origin: S3BucketOrigin.withOriginAccessControl(bucket),
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    };
    this.page = {
      ...shared,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      responseHeadersPolicy: this.headers('PageHeaders', 'no-cache', props.reads),
    };
    this.assets = {
      ...shared,
      cachePolicy: CachePolicy.CACHING_OPTIMIZED,
      responseHeadersPolicy: this.headers('AssetHeaders', 'public, max-age=31536000, immutable', props.reads),
    };
  }

  private headers(id: string, cacheControl: string, reads: string): ResponseHeadersPolicy {
    const contentSecurityPolicy = DASHBOARD_HEADERS['content-security-policy'].replace(
      "connect-src 'self'",
      `connect-src 'self' ${reads}`,
    );
    return new ResponseHeadersPolicy(this, id, {
      securityHeadersBehavior: {
        contentSecurityPolicy: { contentSecurityPolicy, override: true },
        contentTypeOptions: { override: true },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
        strictTransportSecurity: STRICT_TRANSPORT,
      },
      customHeadersBehavior: {
        customHeaders: [
          {
            header: 'cross-origin-opener-policy',
            value: DASHBOARD_HEADERS['cross-origin-opener-policy'],
            override: true,
          },
          { header: 'cache-control', value: cacheControl, override: true },
        ],
      },
    });
  }
}
