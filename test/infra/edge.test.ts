/** Who reaches what from outside, in every stage. */
import { ROUTES } from '../../functions/routes.ts';
import { trackingPattern } from '../../lib/stacks/firewall.ts';
import { loadDashboard } from '../../local/dashboard.ts';
import { buildWeb } from '../../web/build.ts';
import { ofType, readable, type StageTemplates, synthesize, type Template } from '../support/infra.ts';

const stages = synthesize();

interface Behavior {
  PathPattern: string;
  TargetOriginId: string;
  ViewerProtocolPolicy: string;
  AllowedMethods: string[];
  CachePolicyId: string;
  OriginRequestPolicyId: string;
  ResponseHeadersPolicyId: { Ref: string };
  FunctionAssociations?: unknown[];
}

const one = (template: Template, type: string) => {
  const [found, ...others] = ofType(template, type);
  if (!found || others.length > 0) throw new Error(`there is not one ${type}`);
  return found;
};

function distributionOf({ stacks }: StageTemplates) {
  const config = one(stacks.edge, 'AWS::CloudFront::Distribution').Properties.DistributionConfig;
  const behaviors: Behavior[] = config.CacheBehaviors;
  const origins = new Map<string, Record<string, unknown>>(
    config.Origins.map((origin: Record<string, unknown>) => [origin.Id, origin]),
  );
  /** As CloudFront chooses: the first pattern that fits. */
  const behaviorOf = (path: string): Behavior =>
    behaviors.find(({ PathPattern }) => new RegExp(`^${PathPattern.replaceAll('*', '.*')}$`).test(path)) ??
    config.DefaultCacheBehavior;
  const headersOf = (path: string) =>
    stacks.edge.Resources[behaviorOf(path).ResponseHeadersPolicyId.Ref]!.Properties.ResponseHeadersPolicyConfig;
  return {
    config,
    behaviorOf,
    headersOf,
    originOf: (path: string) => origins.get(behaviorOf(path).TargetOriginId)!,
  };
}

const pathOf = (path: string) => path.replace(/\{\w+\}/g, '~9f2c');
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const ALL_VIEWER_EXCEPT_HOST = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

describe.each(stages)('CloudFront of stage $name', (stage) => {
  const { config, behaviorOf, headersOf, originOf } = distributionOf(stage);

  test.each(ROUTES.map(({ method, path }) => [method, path]))('brings %s %s to the API, uncached', (method, path) => {
    const behavior = behaviorOf(pathOf(path));
    expect(originOf(pathOf(path)).DomainName).toEqual(expect.objectContaining({ 'Fn::Join': expect.anything() }));
    expect(readable(originOf(pathOf(path)).DomainName, stage)).toMatch(/^<Http>\.execute-api\./);
    expect(behavior).toMatchObject({
      CachePolicyId: CACHING_DISABLED,
      ViewerProtocolPolicy: 'https-only',
    });
    expect(behavior.AllowedMethods).toEqual(expect.arrayContaining([method, 'OPTIONS']));
  });

  test('tells the API of the origin of pages where pages of the shop call, and nowhere else', () => {
    const { Ref: without } = behaviorOf('/v1/keys').OriginRequestPolicyId as unknown as { Ref: string };
    const policy = stage.stacks.edge.Resources[without]!.Properties.OriginRequestPolicyConfig;
    expect(policy.HeadersConfig).toEqual({ HeaderBehavior: 'allExcept', Headers: ['host', 'origin'] });
    expect(policy.QueryStringsConfig).toEqual({ QueryStringBehavior: 'all' });
    for (const { path, pages } of ROUTES) {
      expect(behaviorOf(pathOf(path)).OriginRequestPolicyId).toEqual(pages ? ALL_VIEWER_EXCEPT_HOST : { Ref: without });
    }
    // So many a distribution may have without asking AWS for more.
    expect(config.CacheBehaviors.length).toBeLessThanOrEqual(25);
  });

  test('sends the API the value of the secret, over TLS 1.2, and the value is in no template', () => {
    const { OriginCustomHeaders, CustomOriginConfig } = originOf('/v1/batch') as {
      OriginCustomHeaders: { HeaderName: string; HeaderValue: unknown }[];
      CustomOriginConfig: unknown;
    };
    expect(OriginCustomHeaders).toHaveLength(1);
    expect(OriginCustomHeaders[0]!.HeaderName).toBe('x-buy-timing-origin');
    const value = readable(OriginCustomHeaders[0]!.HeaderValue, stage);
    expect(value).toBe('{{resolve:secretsmanager:<OriginHeader>:SecretString:::}}');
    expect(CustomOriginConfig).toMatchObject({ OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] });
  });

  test('tells the API which host was asked for where the answer names it', () => {
    expect(behaviorOf('/v1/projects/key/settings').FunctionAssociations).toHaveLength(1);
    expect(behaviorOf('/v1/batch').FunctionAssociations).toBeUndefined();
    const { FunctionCode } = one(stage.stacks.edge, 'AWS::CloudFront::Function').Properties;
    const handler = new Function(`${FunctionCode}; return handler;`)();
    const event = {
      request: { headers: { host: { value: 'timing.example.com' }, 'x-forwarded-host': { value: 'evil' } } },
    };
    expect(handler(event).headers['x-forwarded-host']).toEqual({ value: 'timing.example.com' });
  });

  test('shows the dashboard from a bucket that only it may read', () => {
    expect(config.DefaultRootObject).toBe('index.html');
    for (const path of ['/', '/index.html', '/assets/main-1.js']) {
      expect(originOf(path)).toMatchObject({ OriginAccessControlId: expect.anything() });
      expect(behaviorOf(path).ViewerProtocolPolicy).toBe('redirect-to-https');
    }
    const bucket = one(stage.stacks.edge, 'AWS::S3::Bucket').Properties;
    expect(Object.values(bucket.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
    const { Statement } = one(stage.stacks.edge, 'AWS::S3::BucketPolicy').Properties.PolicyDocument;
    const allowed = Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
    expect(allowed).toHaveLength(1);
    expect(allowed[0]).toMatchObject({ Action: 's3:GetObject', Principal: { Service: 'cloudfront.amazonaws.com' } });
    expect(Object.keys(allowed[0].Condition.StringEquals)).toEqual(['AWS:SourceArn']);
  });

  test('answers the dashboard with the same headers as a local system', async () => {
    const local = (await loadDashboard(await buildWeb())).answer('/', undefined)!.headers;
    const { SecurityHeadersConfig: security, CustomHeadersConfig: custom } = headersOf('/');
    // There downloads are links into the bucket, which must let the page read them.
    const reads = `https://<Objects>.s3.${stage.config.region}.<AWS::URLSuffix>`;
    expect(readable(security.ContentSecurityPolicy.ContentSecurityPolicy, stage)).toBe(
      String(local['content-security-policy']).replace("connect-src 'self'", `connect-src 'self' ${reads}`),
    );
    const objects = ofType(stage.stacks.data, 'AWS::S3::Bucket')[0]!.Properties;
    expect(objects.CorsConfiguration.CorsRules).toEqual([
      { AllowedMethods: ['GET'], AllowedOrigins: ['*'], MaxAge: 3_600 },
    ]);
    expect(security.ReferrerPolicy.ReferrerPolicy).toBe(local['referrer-policy']);
    expect(security).toHaveProperty('ContentTypeOptions');
    const others = Object.fromEntries(
      custom.Items.map(({ Header, Value }: { Header: string; Value: string }) => [Header, Value]),
    );
    expect(others['cross-origin-opener-policy']).toBe(local['cross-origin-opener-policy']);
    expect(others['cache-control']).toBe(local['cache-control']);
  });

  test('lets browsers come back over TLS alone, whatever they asked for', () => {
    for (const path of ['/', '/assets/x', '/v1/t', '/health']) {
      const { AccessControlMaxAgeSec } = headersOf(path).SecurityHeadersConfig.StrictTransportSecurity;
      expect(AccessControlMaxAgeSec).toBeGreaterThanOrEqual(31_536_000);
    }
  });

  test('has the domain of the stage, with TLS 1.2 or later, or its own name', () => {
    const { domain } = stage.config as { domain?: { name: string; certificate: string } };
    expect(config.Aliases).toEqual(domain && [domain.name]);
    expect(config.ViewerCertificate).toEqual(
      domain && {
        AcmCertificateArn: domain.certificate,
        MinimumProtocolVersion: 'TLSv1.2_2021',
        SslSupportMethod: 'sni-only',
      },
    );
    const { Url } = stage.stacks.edge.Outputs!;
    expect(readable(Url!.Value, stage)).toBe(`https://${domain?.name ?? '<Distribution.DomainName>'}`);
  });

  test('writes no log of addresses and paths', () => {
    expect(config.Logging).toBeUndefined();
    const deliveries = ofType(stage.stacks.edge, 'AWS::Logs::DeliverySource');
    expect(deliveries).toEqual([]);
  });
});

describe.each(stages)('the API of stage $name is closed to others', (stage) => {
  const { api, edge } = stage.stacks;

  test('each route asks the authorizer, which wants the header', () => {
    const authorizer = one(api, 'AWS::ApiGatewayV2::Authorizer');
    expect(authorizer.Properties).toMatchObject({
      AuthorizerType: 'REQUEST',
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      IdentitySource: ['$request.header.x-buy-timing-origin'],
    });
    const routes = ofType(api, 'AWS::ApiGatewayV2::Route');
    expect(routes).toHaveLength(ROUTES.length);
    for (const { Properties } of routes) {
      expect(Properties.AuthorizationType).toBe('CUSTOM');
      expect(Properties.AuthorizerId).toEqual({ Ref: authorizer.id });
    }
  });

  test('the header rotates, and not while it is deployed', () => {
    const schedule = one(edge, 'AWS::SecretsManager::RotationSchedule').Properties;
    expect(readable(schedule.SecretId, stage)).toBe('<OriginHeader>');
    expect(readable(schedule.RotationLambdaARN, stage)).toBe('<rotateFunction.Arn>');
    expect(schedule.RotationRules).toEqual({ AutomaticallyAfterDays: 30 });
    expect(schedule.RotateImmediatelyOnUpdate).toBe(false);
    const permission = one(edge, 'AWS::Lambda::Permission').Properties;
    expect(permission).toMatchObject({
      Principal: 'secretsmanager.amazonaws.com',
      SourceAccount: { Ref: 'AWS::AccountId' },
    });
  });

  test('a route may do so much a second, tracking most', () => {
    const { DefaultRouteSettings, RouteSettings } = one(api, 'AWS::ApiGatewayV2::Stage').Properties;
    expect(DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 });
    const raised = ROUTES.filter((route) => route.function === 'ingest' || route.function === 'timing');
    expect(Object.keys(RouteSettings).sort()).toEqual(raised.map(({ method, path }) => `${method} ${path}`).sort());
    expect(RouteSettings['POST /v1/batch']).toEqual({ ThrottlingRateLimit: 1_000, ThrottlingBurstLimit: 2_000 });
    // A limit of a route that does not exist yet is refused.
    const stageOfApi = one(api, 'AWS::ApiGatewayV2::Stage');
    const routes = ofType(api, 'AWS::ApiGatewayV2::Route').map(({ id }) => id);
    expect(stageOfApi.DependsOn).toEqual(expect.arrayContaining(routes));
  });

  test('ingest has calls of its own where the stage says so', () => {
    const ingest = ofType(api, 'AWS::Lambda::Function').find(({ id }) => id.startsWith('ingest'))!;
    expect(ingest.Properties.ReservedConcurrentExecutions).toBe(stage.config.ingestConcurrency);
  });
});

describe.each(stages)('the firewall of stage $name', (stage) => {
  const { firewall, edge } = stage.stacks;
  const { Scope, Rules, VisibilityConfig } = one(firewall, 'AWS::WAFv2::WebACL').Properties;
  // biome-ignore lint/suspicious/noExplicitAny: the statement of any rule.
  const rules = new Map<string, Record<string, any>>(Rules.map((rule: { Name: string }) => [rule.Name, rule]));

  test('stands before CloudFront', () => {
    expect(Scope).toBe('CLOUDFRONT');
    const { WebACLId } = one(edge, 'AWS::CloudFront::Distribution').Properties.DistributionConfig;
    expect(readable(WebACLId, stage)).toBe('<WebAcl.Arn>');
  });

  test('answers an address that asks too much with 429 and when to come back', () => {
    const { Statement, Action } = rules.get('rate')!;
    expect(Statement.RateBasedStatement).toEqual({
      AggregateKeyType: 'IP',
      Limit: stage.config.requestsPerMinute,
      EvaluationWindowSec: 60,
    });
    const { CustomResponse } = Action.Block;
    expect(CustomResponse).toMatchObject({
      ResponseCode: 429,
      ResponseHeaders: [{ Name: 'Retry-After', Value: '60' }],
    });
  });

  test('refuses known bad inputs on every path, and by body where no actions are sent', () => {
    const [others, tracking] = ['bad-inputs', 'bad-inputs-tracking'].map((name) => rules.get(name)!);
    for (const rule of [others, tracking]) {
      expect(rule!.OverrideAction).toEqual({ None: {} });
      expect(rule!.Statement.ManagedRuleGroupStatement.Name).toBe('AWSManagedRulesKnownBadInputsRuleSet');
    }
    const { ScopeDownStatement, RuleActionOverrides } = tracking!.Statement.ManagedRuleGroupStatement;
    const otherwise = others!.Statement.ManagedRuleGroupStatement;
    expect(otherwise.ScopeDownStatement).toEqual({ NotStatement: { Statement: ScopeDownStatement } });
    expect(otherwise.RuleActionOverrides).toBeUndefined();
    expect(ScopeDownStatement.RegexMatchStatement.RegexString).toBe(trackingPattern());
    for (const { Name, ActionToUse } of RuleActionOverrides) {
      expect(Name).toMatch(/_BODY$/);
      expect(ActionToUse).toEqual({ Count: {} });
    }
    expect(RuleActionOverrides).toHaveLength(3);
  });

  test('keeps no sample of a request, whose path may hold an id', () => {
    for (const { SampledRequestsEnabled } of [VisibilityConfig, ...[...rules.values()].map((r) => r.VisibilityConfig)])
      expect(SampledRequestsEnabled).toBe(false);
    expect(ofType(firewall, 'AWS::WAFv2::LoggingConfiguration')).toEqual([]);
  });
});

test.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
  'the body of %s is read by the firewall unless it is of tracking',
  (_name, { method, path, function: name }) => {
    const isTracking = name === 'ingest' && method === 'POST';
    expect(new RegExp(trackingPattern()).test(pathOf(path))).toBe(isTracking);
  },
);

test('WAF takes the pattern, and nothing beside it fits', () => {
  expect(trackingPattern().length).toBeLessThanOrEqual(512);
  for (const path of ['/v1/batch/', '/v1/keys', '/x/v1/batch', '/v1/shopify/a/b'])
    expect(new RegExp(trackingPattern()).test(path)).toBe(false);
});
