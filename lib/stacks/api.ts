/** The HTTP API: every route of functions/routes.ts and one Lambda per function. */
import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
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
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { MetricName } from '../../adapters/metrics.ts';
import { CORS, FUNCTIONS, type FunctionName, ROUTES } from '../../functions/routes.ts';
import type { StageConfig } from '../config.ts';
import { HouseAlarm } from '../constructs/alarm.ts';
import { HouseFunction } from '../constructs/function.ts';
import { OriginLock } from '../constructs/origin-lock.ts';
import { environmentOf } from '../environment.ts';
import { grantsFor } from '../grants.ts';
import { stageMetric } from '../metrics.ts';
import { prefixOf } from '../names.ts';
import { PERMISSIONS } from '../permissions.ts';
import type { DataStack } from './data.ts';
import type { ModelStack } from './model.ts';

/** HTTP APIs wait 30 s; a function that would take longer stops before its caller is gone. */
const TIMEOUT_SECONDS = 29;

/** Requests a second of each route, and at once, so that one client's mistake leaves something for the others. */
const THROTTLE = { rateLimit: 50, burstLimit: 100 };
const THROTTLE_OF: Partial<Record<FunctionName, typeof THROTTLE>> = {
  ingest: { rateLimit: 1_000, burstLimit: 2_000 },
  timing: { rateLimit: 200, burstLimit: 400 },
};

/**
 * What each request of a tracking client pays for: a millisecond of a processor, and two waits for the store. It is
 * traced where whoever calls it says so; Lambda's own choice would cost more than the store's writes.
 */
const OF_EVERY_REQUEST = { memoryMB: 512, tracing: Tracing.PASS_THROUGH };

interface ApiStackProps extends StackProps {
  prefix: string;
  config: StageConfig;
  data: DataStack;
  model: ModelStack;
}

export class ApiStack extends Stack {
  /** Host of the API, which answers to CloudFront alone. */
  readonly domainName: string;
  readonly apiId: string;
  readonly lock: OriginLock;

  constructor(scope: Construct, id: string, props: ApiStackProps) {
    super(scope, id, props);
    const { config, data, model } = props;
    const integrations = Object.fromEntries(
      FUNCTIONS.map((name) => {
        const { lambda } = new HouseFunction(this, name, {
          entry: name,
          memoryMB: 1024,
          ...(name === 'ingest' && OF_EVERY_REQUEST),
          timeoutSeconds: TIMEOUT_SECONDS,
          environment: environmentOf(config, data, model),
          ...grantsFor(PERMISSIONS[name], data, model.askedFor('single').may),
          reservedConcurrency: name === 'ingest' ? config.ingestConcurrency : undefined,
          house: data,
        });
        return [name, new HttpLambdaIntegration(name, lambda)];
      }),
    );
    const api = this.createApi(props.prefix);
    this.lock = new OriginLock(this, 'Origin', data);
    const routes = ROUTES.flatMap((route) =>
      api.addRoutes({
        path: route.path,
        methods: [HttpMethod[route.method]],
        integration: integrations[route.function]!,
        authorizer: this.lock.authorizer,
      }),
    );
    const stage = this.createStage(api, data);
    // A limit of a route that does not exist yet is refused.
    stage.node.addDependency(...routes);
    this.apiId = api.apiId;
    this.domainName = `${api.apiId}.execute-api.${this.region}.${this.urlSuffix}`;
    this.createAlarms(api, data);
  }

  private createAlarms(api: HttpApi, { alarms: topic }: DataStack): void {
    const period = Duration.minutes(5);
    new HouseAlarm(this, 'ServerErrors', {
      metric: api.metricServerError({ period, statistic: Stats.SUM }),
      // A single one is tried again and felt by nobody.
      threshold: 3,
      evaluationPeriods: 2,
      topic,
      name: 'callers-get-errors',
      felt: 'Pages of the dashboard and calls of other systems fail; tracking clients try again by themselves.',
    });
    const counted = (metricName: MetricName) => stageMetric(this, metricName, { statistic: Stats.SUM, period });
    new HouseAlarm(this, 'EventsRefused', {
      metric: new MathExpression({
        // Of twenty or more, so that one developer's trials ring nothing.
        expression:
          'IF(taken + again + refused + busy >= 20, 100 * (refused + busy) / (taken + again + refused + busy), 0)',
        usingMetrics: {
          taken: counted('Accepted'),
          again: counted('Duplicates'),
          refused: counted('Refused'),
          busy: counted('Busy'),
        },
        label: 'Events and requests that were not taken, percent',
        period,
      }),
      threshold: 50,
      evaluationPeriods: 3,
      topic,
      name: 'events-are-refused',
      felt: 'Half of what the shop sends is not taken, or more: actions are missing from tonight on.',
    });
    new HouseAlarm(this, 'NoActions', {
      metric: stageMetric(this, 'Actions', { statistic: Stats.SUM, period: Duration.hours(6) }),
      threshold: 1,
      // 30 hours: a shop that sends once a day may be an hour late.
      evaluationPeriods: 5,
      whenMissing: true,
      topic,
      name: 'no-actions-come-in',
      felt: 'Nothing that users do has come in for more than a day: tonight everybody looks silent.',
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

  private createStage(api: HttpApi, data: DataStack): HttpStage {
    const logGroup = new LogGroup(this, 'AccessLog', {
      logGroupName: `/${prefixOf(this)}/access`,
      ...data.logs,
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
