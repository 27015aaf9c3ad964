import { parseEnvironment } from '../../functions/environment.ts';
import { NIGHTLY_STEPS } from '../../functions/nightly/steps.ts';
import { CORS, FUNCTIONS, ROUTES } from '../../functions/routes.ts';
import { ofType, plainId, readable, type StageTemplates, synthesize, type Template } from '../support/infra.ts';

const stages = synthesize();

const withFunctions = ({ api, edge, nightly, privacy, model, training }: StageTemplates['stacks']) => [
  api,
  edge,
  nightly,
  privacy,
  model,
  training,
];

/** The functions of this app: CDK's own, which copy files and values, are none. */
function functionsOf({ stacks }: StageTemplates) {
  const all = withFunctions(stacks).flatMap((template) => ofType(template, 'AWS::Lambda::Function'));
  return all.filter(({ id }) => !/^(CustomC(DKBucketDeployment|rossRegionExport)|AWS679f53fac002)/.test(id));
}

/** What keeps the API to CloudFront knows nothing of the shop. */
const ofShop = (stage: StageTemplates) =>
  functionsOf(stage).filter(({ Properties }) => !Properties.Description.includes(': edge/'));

const nameOf = (id: string) => plainId(id).replace(/Function$/, '');

describe.each(stages)('the functions of stage $name', (stage) => {
  test('there is one for each function of the routes and each step of the night', () => {
    const names = [
      ...FUNCTIONS,
      'Originauthorize',
      'rotate',
      ...NIGHTLY_STEPS.map(({ name }) => name.replace('-', '')),
      'erase',
      'scorer',
      'promotion',
      ...(stage.config.training ? ['trainingexport'] : []),
    ];
    expect(functionsOf(stage).map(({ id }) => nameOf(id))).toEqual(names);
    const atEdge = ['edge/authorize', 'edge/rotate'];
    const entries = [
      ...[
        ...FUNCTIONS,
        ...atEdge,
        ...NIGHTLY_STEPS.map(({ name }) => `nightly/${name}`),
        'erase',
        'scorer',
        'promotion',
      ],
      ...(stage.config.training ? ['training-export'] : []),
    ];
    expect(functionsOf(stage).map(({ Properties }) => Properties.Description)).toEqual(
      entries.map((entry) => `Buy Timing: ${entry}`),
    );
  });

  test('every one is Node 24 on ARM, with source maps', () => {
    for (const { Properties } of functionsOf(stage)) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'WARN' },
        Environment: { Variables: { NODE_OPTIONS: '--enable-source-maps' } },
      });
    }
  });

  test('every one is traced, but for ingest, which is where its caller says so and takes half the memory', () => {
    for (const { id, Properties } of functionsOf(stage)) {
      const isIngest = nameOf(id) === 'ingest';
      expect(Properties.TracingConfig).toEqual({ Mode: isIngest ? 'PassThrough' : 'Active' });
      if (isIngest) expect(Properties.MemorySize).toBe(512);
    }
  });

  test('every one runs in the network of the stage, if it has one', () => {
    const { vpc } = stage.config as { vpc?: { subnets: string[]; securityGroups: string[] } };
    const expected = vpc && { SubnetIds: vpc.subnets, SecurityGroupIds: vpc.securityGroups };
    for (const { Properties } of functionsOf(stage)) expect(Properties.VpcConfig).toEqual(expected);
  });

  test('every one writes to a log group of its own, kept as long as the stage says', () => {
    const groups = withFunctions(stage.stacks).flatMap((template) => ofType(template, 'AWS::Logs::LogGroup'));
    const used = functionsOf(stage).map(({ Properties }) => Properties.LoggingConfig.LogGroup.Ref);
    expect(new Set(used).size).toBe(functionsOf(stage).length);
    for (const id of used) expect(groups.map((group) => group.id)).toContain(id);
    for (const { Properties } of groups) expect(Properties.RetentionInDays).toBe(stage.config.logRetentionDays);
  });

  test('every one gets an environment that the functions accept', () => {
    for (const { Properties } of ofShop(stage)) {
      const variables = Object.entries(Properties.Environment.Variables as Record<string, unknown>);
      const environment = parseEnvironment(
        Object.fromEntries(variables.map(([name, value]) => [name, readable(value, stage)])),
      );
      expect(environment).toMatchObject({
        SHOP_TIME_ZONE: stage.config.timeZone,
        TABLE_PREFIX: `buy-timing-${stage.name}-`,
        PEPPER_SECRET_ID: '<Pepper>',
        OBJECTS: 's3://<Objects>',
        BUNDLE: '',
      });
      expect(environment.RETENTION_DAYS).toBe(stage.config.retentionDays);
    }
  });

  test('a night asks the endpoint but with `lambda`, and single users are asked of the Lambda, with `always` only while the endpoint has another model', () => {
    const { scorer } = stage.config;
    const endpoint = { SCORER: 'endpoint', ENDPOINT_NAME: `buy-timing-${stage.name}` };
    const lambda = { SCORER: 'lambda', SCORER_FUNCTION: '<scorerFunction>' };
    const either = { ...endpoint, ...lambda, SCORER: 'either' };
    const asked = (template: Template, name: string) => {
      const found = ofType(template, 'AWS::Lambda::Function').find(({ id }) => nameOf(id) === name)!;
      const { SCORER, ENDPOINT_NAME, SCORER_FUNCTION } = found.Properties.Environment.Variables;
      return {
        SCORER,
        ...(ENDPOINT_NAME && { ENDPOINT_NAME }),
        ...(SCORER_FUNCTION && { SCORER_FUNCTION: readable(SCORER_FUNCTION, stage) }),
      };
    };
    expect(asked(stage.stacks.nightly, 'scoreshard')).toEqual(scorer === 'lambda' ? lambda : endpoint);
    expect(asked(stage.stacks.nightly, 'lookback')).toEqual(scorer === 'lambda' ? lambda : endpoint);
    expect(asked(stage.stacks.api, 'timing')).toEqual(scorer === 'always' ? either : lambda);
  });

  test('those of the night have the time and memory that their steps declare', () => {
    const steps = ofType(stage.stacks.nightly, 'AWS::Lambda::Function').map(({ Properties }) => ({
      timeoutSeconds: Properties.Timeout,
      memoryMB: Properties.MemorySize,
    }));
    expect(steps).toEqual(NIGHTLY_STEPS.map(({ timeoutSeconds, memoryMB }) => ({ timeoutSeconds, memoryMB })));
  });

  test('those behind HTTP stop before API Gateway gives up after 30 s', () => {
    for (const { Properties } of ofType(stage.stacks.api, 'AWS::Lambda::Function')) {
      expect(Properties.Timeout).toBeLessThan(30);
    }
  });
});

describe.each(stages)('the HTTP API of stage $name', (stage) => {
  const { api } = stage.stacks;

  test('it has every route, each with its function, and no other', () => {
    const integrations = new Map(
      ofType(api, 'AWS::ApiGatewayV2::Integration').map(({ id, Properties }) => [id, Properties]),
    );
    const routes = ofType(api, 'AWS::ApiGatewayV2::Route').map(({ Properties }) => {
      const integration = integrations.get(Properties.Target['Fn::Join'][1][1].Ref)!;
      expect(integration.PayloadFormatVersion).toBe('2.0');
      return `${Properties.RouteKey} → ${nameOf(integration.IntegrationUri['Fn::GetAtt'][0])}`;
    });
    const expected = ROUTES.map((route) => `${route.method} ${route.path} → ${route.function}`);
    expect(routes.sort()).toEqual(expected.sort());
  });

  test('only API Gateway calls the functions, each on its own routes', () => {
    const permissions = ofType(api, 'AWS::Lambda::Permission');
    // And the one which says whether a call came from CloudFront.
    expect(permissions).toHaveLength(ROUTES.length + 1);
    for (const { Properties } of permissions) {
      expect(Properties.Principal).toBe('apigateway.amazonaws.com');
      expect(Properties.SourceArn).toBeDefined();
    }
  });

  test('pages of any shop may be let call it, with no more headers than tracking clients send', () => {
    expect(ofType(api, 'AWS::ApiGatewayV2::Api')[0]!.Properties.CorsConfiguration).toEqual({
      AllowOrigins: ['*'],
      AllowMethods: CORS.methods,
      AllowHeaders: ['authorization', 'content-type', 'x-retry-count'],
      MaxAge: CORS.maxAgeSeconds,
    });
  });

  test('its access log knows the route, and neither path nor address', () => {
    const [stageOfApi] = ofType(api, 'AWS::ApiGatewayV2::Stage');
    const { Format } = stageOfApi!.Properties.AccessLogSettings;
    expect(Format).toContain('$context.routeKey');
    expect(Format).not.toMatch(/\$context\.(path|identity|authorizer|domainName)|requestHeader/);
  });
});
