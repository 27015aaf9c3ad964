/** The HTTP API: every route of functions/routes.ts and one Lambda per function. */
import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnStage,
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { CORS, FUNCTIONS, type FunctionName, ROUTES } from '../../functions/routes.ts';
import type { StageConfig } from '../config.ts';
import { HouseAlarm } from '../constructs/alarm.ts';
import { HouseFunction } from '../constructs/function.ts';
import { OriginLock } from '../constructs/origin-lock.ts';
import { environmentOf } from '../environment.ts';
import { grantsFor } from '../grants.ts';
import { PERMISSIONS } from '../permissions.ts';
import type { DataStack } from './data.ts';
import type { ModelStack } from './model.ts';

/** What users feel when the function fails; those without are left to the alarm on the API's 5xx answers. */
const FELT: Record<FunctionName, string | undefined> = {
  ingest: 'Tracking clients get errors and retry; actions arrive late or not at all.',
  sources: 'Nobody sees what came in, and settings of ingest cannot be changed; events are taken all the same.',
  timing: 'Timing answers of single users fail.',
  actions: "A user's timeline cannot be read.",
  profile: "A user's profile cannot be read.",
  audiences: 'Audiences cannot be listed or downloaded.',
  bands: 'What divides the bands can be neither read nor set.',
  events: 'Window events cannot be listed; webhooks are told of them all the same.',
  webhooks: 'Webhooks can be neither made nor listed; they are told of windows all the same.',
  overview: 'The dashboard shows no overview.',
  demand: 'Demand cannot be read or downloaded.',
  quality: 'Whether scores can be believed is not shown.',
  keys: 'Keys cannot be made, listed, revoked or rotated over HTTP.',
  regulations: 'Requests of erasure are not taken.',
  health: undefined,
  openapi: undefined,
};

/** HTTP APIs wait 30 s; a function that would take longer stops before its caller is gone. */
const TIMEOUT_SECONDS = 29;

/** Requests a second of each route, and at once, so that one client's mistake leaves something for the others. */
const THROTTLE = { rateLimit: 50, burstLimit: 100 };
const THROTTLE_OF: Partial<Record<FunctionName, typeof THROTTLE>> = {
  ingest: { rateLimit: 1_000, burstLimit: 2_000 },
  timing: { rateLimit: 200, burstLimit: 400 },
};

interface ApiStackProps extends StackProps {
  prefix: string;
  config: StageConfig;
  data: DataStack;
  model: ModelStack;
}

export class ApiStack extends Stack {
  /** Host of the API, which answers to CloudFront alone. */
  readonly domainName: string;
  readonly lock: OriginLock;

  constructor(scope: Construct, id: string, props: ApiStackProps) {
    super(scope, id, props);
    const { config, data, model } = props;
    const integrations = Object.fromEntries(
      FUNCTIONS.map((name) => {
        const felt = FELT[name];
        const { lambda } = new HouseFunction(this, name, {
          entry: name,
          memoryMB: 1024,
          timeoutSeconds: TIMEOUT_SECONDS,
          environment: environmentOf(config, data, model),
          ...grantsFor(PERMISSIONS[name], data, model.askedFor('single').may),
          reservedConcurrency: name === 'ingest' ? config.ingestConcurrency : undefined,
          logRetentionDays: config.logRetentionDays,
          alarm: felt ? { topic: data.alarms, felt, section: 'a-function-fails' } : undefined,
        });
        return [name, new HttpLambdaIntegration(name, lambda)];
      }),
    );
    const api = this.createApi(props.prefix);
    this.lock = new OriginLock(this, 'Origin', config);
    const routes = ROUTES.flatMap((route) =>
      api.addRoutes({
        path: route.path,
        methods: [HttpMethod[route.method]],
        integration: integrations[route.function]!,
        authorizer: this.lock.authorizer,
      }),
    );
    const stage = this.createStage(api, config);
    // A limit of a route that does not exist yet is refused.
    stage.node.addDependency(...routes);
    this.domainName = `${api.apiId}.execute-api.${this.region}.${this.urlSuffix}`;
    new HouseAlarm(this, 'ServerErrors', {
      metric: api.metricServerError({ period: Duration.minutes(5), statistic: 'Sum' }),
      threshold: 1,
      topic: data.alarms,
      felt: 'Callers get 5xx answers; tracking clients retry.',
      section: 'a-function-fails',
    });
  }

  private createApi(prefix: string): HttpApi {
    return new HttpApi(this, 'Http', {
      apiName: prefix,
      createDefaultStage: false,
      // Browser clients of the tracking API, from the shop's own pages. Keys travel in a header, never in a cookie.
      corsPreflight: {
        allowOrigins: [...CORS.origins],
        allowMethods: CORS.methods.map((method) => CorsHttpMethod[method]),
        allowHeaders: [...CORS.headers],
        maxAge: Duration.seconds(CORS.maxAgeSeconds),
      },
    });
  }

  private createStage(api: HttpApi, config: StageConfig): HttpStage {
    const logGroup = new LogGroup(this, 'AccessLog', {
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // The route and not the path, which holds a user's id; nor the address.
    const format = {
      requestId: '$context.requestId',
      at: '$context.requestTimeEpoch',
      route: '$context.routeKey',
      status: '$context.status',
      milliseconds: '$context.responseLatency',
      bytes: '$context.responseLength',
      error: '$context.integrationErrorMessage',
    };
    const stage = new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup),
        format: AccessLogFormat.custom(JSON.stringify(format)),
      },
      throttle: THROTTLE,
    });
    (stage.node.defaultChild as CfnStage).routeSettings = throttledRoutes();
    return stage;
  }
}

/** Of routes that may do more than others, as CloudFormation writes them. */
function throttledRoutes() {
  return Object.fromEntries(
    ROUTES.flatMap(({ method, path, function: name }) => {
      const limits = THROTTLE_OF[name];
      if (!limits) return [];
      const settings = { ThrottlingRateLimit: limits.rateLimit, ThrottlingBurstLimit: limits.burstLimit };
      return [[`${method} ${path}`, settings]];
    }),
  );
}
