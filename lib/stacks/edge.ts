/** CloudFront: the one address of a stage. The dashboard and the API are behind it, the firewall is before it. */
import { CfnOutput, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestHeaderBehavior,
  OriginRequestPolicy,
  OriginRequestQueryStringBehavior,
  OriginSslPolicy,
  PriceClass,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnRotationSchedule } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { ORIGIN_HEADER } from '../../core/edge/ports.ts';
import { ROUTES } from '../../functions/routes.ts';
import type { StageConfig } from '../config.ts';
import { Dashboard, STRICT_TRANSPORT } from '../constructs/dashboard.ts';
import { HouseFunction } from '../constructs/function.ts';
import { grantsFor } from '../grants.ts';
import { PERMISSIONS } from '../permissions.ts';
import type { ApiStack } from './api.ts';
import type { DataStack } from './data.ts';
import type { FirewallStack } from './firewall.ts';

const ROTATION_DAYS = 30;
/** Its answer names the host that it was asked at. */
const SETTINGS_PATH = '/v1/projects/*';

interface EdgeStackProps extends StackProps {
  config: StageConfig;
  data: DataStack;
  api: ApiStack;
  firewall: FirewallStack;
}

export class EdgeStack extends Stack {
  constructor(scope: Construct, id: string, props: EdgeStackProps) {
    super(scope, id, props);
    const distribution = this.createDistribution(props);
    this.rotateSecret(distribution, props);
    new CfnOutput(this, 'Url', {
      value: `https://${props.config.domain?.name ?? distribution.distributionDomainName}`,
      description: 'The dashboard, and the host for tracking clients and the read API',
    });
    new CfnOutput(this, 'Domain', {
      value: distribution.distributionDomainName,
      description: 'What the DNS record of a domain of your own leads to',
    });
  }

  private createDistribution({ config, api, data, firewall }: EdgeStackProps): Distribution {
    const dashboard = new Dashboard(this, 'Dashboard', {
      logs: data.logs,
      // Downloads are links into the bucket of the stage.
      reads: `https://${data.objects}.s3.${this.region}.${this.urlSuffix}`,
    });
    const fromPages = this.apiBehavior(api);
    const toApi = { ...fromPages, originRequestPolicy: this.withoutOrigin() };
    const distribution = new Distribution(this, 'Distribution', {
      comment: this.stackName,
      defaultRootObject: 'index.html',
      defaultBehavior: dashboard.page,
      additionalBehaviors: {
        '/assets/*': dashboard.assets,
        [SETTINGS_PATH]: { ...fromPages, functionAssociations: [this.tellHost()] },
        ...Object.fromEntries(trackingPaths().map((path) => [path, fromPages])),
        ...Object.fromEntries(apiPaths().map((path) => [path, toApi])),
      },
      webAclId: firewall.webAclArn,
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_ALL,
      ...(config.domain && {
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
        domainNames: [config.domain.name],
        certificate: Certificate.fromCertificateArn(this, 'Certificate', config.domain.certificate),
      }),
    });
    Validations.of(distribution).acknowledge(
      {
        id: 'AwsSolutions-CFR1',
        reason: 'A shop has users in every country, and who may not be served is its own to say.',
      },
      {
        id: 'AwsSolutions-CFR3',
        reason:
          'Its logs would hold addresses and paths, and paths hold ids of users; the log of the API knows the route.',
      },
    );
    if (!config.domain) {
      Validations.of(distribution).acknowledge({
        id: 'AwsSolutions-CFR4',
        reason: 'Under its own name CloudFront allows older TLS; a stage with a domain asks for TLS 1.2.',
      });
    }
    return distribution;
  }

  private apiBehavior(api: ApiStack): BehaviorOptions {
    return {
      origin: new HttpOrigin(api.domainName, {
        protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
        originSslProtocols: [OriginSslPolicy.TLS_V1_2],
        // CloudFormation reads the value at each deployment; it is in no template. What a viewer sends is replaced.
        customHeaders: { [ORIGIN_HEADER]: api.lock.secret.secretValue.unsafeUnwrap() },
      }),
      allowedMethods: AllowedMethods.ALLOW_ALL,
      // A key that went over plain HTTP is known to others: no redirect would help.
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      responseHeadersPolicy: new ResponseHeadersPolicy(this, 'ApiHeaders', {
        securityHeadersBehavior: {
          contentTypeOptions: { override: true },
          strictTransportSecurity: STRICT_TRANSPORT,
        },
      }),
    };
  }

  /** The API does not learn that a page of another origin asks, and so never lets it. */
  private withoutOrigin(): OriginRequestPolicy {
    return new OriginRequestPolicy(this, 'WithoutOrigin', {
      headerBehavior: OriginRequestHeaderBehavior.denyList('host', 'origin'),
      queryStringBehavior: OriginRequestQueryStringBehavior.all(),
    });
  }

  private tellHost() {
    const code = `function handler({ request }) {
  request.headers['x-forwarded-host'] = { value: request.headers.host.value };
  return request;
}`;
    return {
      eventType: FunctionEventType.VIEWER_REQUEST,
      function: new EdgeFunction(this, 'TellHost', {
        comment: 'The host that was asked for, which the API does not see',
        code: FunctionCode.fromInline(code),
        runtime: FunctionRuntime.JS_2_0,
      }),
    };
  }

  private rotateSecret(distribution: Distribution, { data, api, firewall }: EdgeStackProps): void {
    const { secretArn } = api.lock.secret;
    const { lambda } = new HouseFunction(this, 'rotate', {
      entry: 'edge/rotate',
      memoryMB: 512,
      timeoutSeconds: 900,
      environment: { ORIGIN_SECRET_ID: secretArn, DISTRIBUTION_ID: distribution.distributionId },
      ...grantsFor(PERMISSIONS.rotate, data, undefined, {
        header: secretArn,
        distribution: distribution.distributionArn,
        webAcl: firewall.webAclArn,
      }),
      house: data,
      alarm: {
        topic: data.alarms,
        name: 'the-header-is-not-replaced',
        felt: 'Nobody feels it yet: the header between CloudFront and the API was not replaced, and the old value works on.',
        minutes: 5,
        periods: 1,
      },
    });
    lambda.addPermission('Rotation', {
      principal: new ServicePrincipal('secretsmanager.amazonaws.com'),
      sourceAccount: this.account,
    });
    const schedule = new CfnRotationSchedule(this, 'Rotation', {
      secretId: secretArn,
      rotationLambdaArn: lambda.functionArn,
      rotationRules: { automaticallyAfterDays: ROTATION_DAYS },
      rotateImmediatelyOnUpdate: false,
    });
    schedule.node.addDependency(lambda);
  }
}

/** What pages of the shop send to. */
function trackingPaths(): string[] {
  return ROUTES.filter(({ pages, method }) => pages && method === 'POST').map(({ path }) => path);
}

/** First parts of the paths of all routes, as CloudFront writes them. */
function apiPaths(): string[] {
  const paths = ROUTES.map(({ path }) => path.replace(/^(\/\w+)\/.*/, '$1/*'));
  return [...new Set(paths)];
}
