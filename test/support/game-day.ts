/**
 * A stage on this machine, for faults: the real functions over a real store, files and model, the synthesised state
 * machine, and what AWS would see of them. Metrics and logs are what our code writes; those that AWS makes itself are
 * counted from what happened. Whoever is on call asks it with AWS's own command line.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createLog } from '../../adapters/log.ts';
import { createSourceLedger } from '../../adapters/source-ledger.ts';
import { createHandler as createActions } from '../../functions/actions/handler.ts';
import { createHandler as createDeliver } from '../../functions/deliver/handler.ts';
import { createHandler as createErase } from '../../functions/erase/handler.ts';
import { createHandler as createHealth } from '../../functions/health/handler.ts';
import { createHandler as createIngest } from '../../functions/ingest/handler.ts';
import { createHandler as createKeys } from '../../functions/keys/handler.ts';
import { createHandler as createFinish } from '../../functions/nightly/finish/handler.ts';
import { createHandler as createLookBack } from '../../functions/nightly/look-back/handler.ts';
import { createHandler as createPlan } from '../../functions/nightly/plan/handler.ts';
import { createHandler as createScoreShard } from '../../functions/nightly/score-shard/handler.ts';
import { createHandler as createOverview } from '../../functions/overview/handler.ts';
import { createHandler as createPromotion } from '../../functions/promotion/handler.ts';
import { createHandler as createQuality } from '../../functions/quality/handler.ts';
import { createHandler as createRegulations } from '../../functions/regulations/handler.ts';
import type { FunctionName } from '../../functions/routes.ts';
import { createHandler as createSources } from '../../functions/sources/handler.ts';
import { createHandler as createTiming } from '../../functions/timing/handler.ts';
import { createHandler as createExport } from '../../functions/training-export/handler.ts';
import { createHandler as createWebhooks } from '../../functions/webhooks/handler.ts';
import type { Dependencies } from '../../functions/wiring.ts';
import type { Definition } from '../../lib/nightly/states.ts';
import type { LambdaHandler } from '../../local/gateway.ts';
import { startHttp } from '../../local/http.ts';
import { type Datum, isRinging } from './alarm-state.ts';
import { type FaultyStore, startFaults } from './faults.ts';
import { ofType, readable, type StageTemplates } from './infra.ts';
import { startInterpreter } from './interpreter.ts';
import { startLocalCloud, type TrainingJob } from './local-cloud.ts';
import { STEPS, startRotation } from './rotation.ts';
import { PREAMBLE } from './runbook.ts';
import { ADMIN_KEY, openShop } from './shop.ts';
import { startStore } from './store.ts';

const run = promisify(execFile);
const MINUTE = 60_000;
/** Longer than an alarm allows. */
const SLOW_MS = 5_100;
const ACCOUNT = '123456789012';
/** The machine's functions by what its definition calls them. */
const NIGHTLY = {
  plan: createPlan,
  'look-back': createLookBack,
  'score-shard': createScoreShard,
  finish: createFinish,
};

export type GameDay = Awaited<ReturnType<typeof openGameDay>>;

/** @param tools `python` with moto, and the folder of `aws` */
export async function openGameDay(stage: StageTemplates, tools: { python: string; awsFolder: string }) {
  let faults!: FaultyStore;
  const shop = await openShop(
    'UTC',
    () => ({}),
    async () => {
      const store = await startStore();
      faults = await startFaults(store.port);
      process.env.AWS_ENDPOINT_URL_DYNAMODB = faults.url;
      return store;
    },
  );
  shop.now = Date.now();
  const data: Datum[] = [];
  const logs: { group: string; stream?: string; at: number; line: string }[] = [];
  const note = (namespace: string, name: string, dimensions: Record<string, string>, value = 1) =>
    void data.push({ namespace, name, dimensions, value, at: shop.now });

  /** What Lambda does with a line of a function's log: it keeps it, and reads metrics out of it. */
  const write = (group: string, line: string) => {
    logs.push({ group: `/buy-timing-${stage.name}/${group}`, at: shop.now, line: line.trim() });
    const { _aws, ...values } = JSON.parse(line);
    for (const { Namespace, Dimensions, Metrics } of _aws?.CloudWatchMetrics ?? [])
      for (const { Name } of Metrics)
        for (const value of [values[Name]].flat()) {
          const dimensions = Object.fromEntries(Dimensions[0].map((key: string) => [key, values[key]]));
          data.push({ namespace: Namespace, name: Name, dimensions, value, at: _aws.Timestamp });
        }
  };
  const model = await watchModel(stage, (name, value) =>
    note('AWS/SageMaker', name, { EndpointName: `buy-timing-${stage.name}`, VariantName: 'all' }, value),
  );
  const depsOf = (name: string): Dependencies => {
    const log = createLog({ AWS_LAMBDA_FUNCTION_NAME: name }, (line) => write(name, line));
    const environment = { ...shop.deps.environment, STAGE: stage.name };
    const ledger = createSourceLedger(shop.deps.sources, {
      ...shop.deps,
      log,
      process: 'game day',
      stage: stage.name,
    });
    return { ...shop.deps, log, environment, ledger };
  };
  /** A function that fails is counted, and its error logged, by Lambda. */
  const asLambda =
    <Input, Reply>(name: string, handler: (input: Input) => Promise<Reply>) =>
    async (input: Input): Promise<Reply> => {
      try {
        return await handler(input);
      } catch (error) {
        const { name: errorType, message: errorMessage } = error as Error;
        write(name, JSON.stringify({ level: 'ERROR', errorType, errorMessage }));
        note('AWS/Lambda', 'Errors', { FunctionName: `<${name.replace('/', '').replace('edge', '')}Function>` });
        throw error;
      }
    };

  const ingest = depsOf('ingest');
  const http: Partial<Record<FunctionName, LambdaHandler>> = {
    ingest: createIngest(ingest),
    sources: createSources(depsOf('sources')),
    actions: createActions(depsOf('actions')),
    timing: createTiming(depsOf('timing')),
    overview: createOverview(depsOf('overview')),
    quality: createQuality(depsOf('quality')),
    webhooks: createWebhooks(depsOf('webhooks')),
    keys: createKeys(depsOf('keys')),
    regulations: createRegulations(depsOf('regulations')),
    health: createHealth({ ...depsOf('health'), starting: () => false }),
  };
  const api = await startHttp({
    port: 0,
    handler: async (name) => async (event, context) => {
      const reply = (await http[name]!(event, context)) as { statusCode: number };
      const { requestId } = event.requestContext;
      write('access', JSON.stringify({ requestId, route: event.routeKey, status: reply.statusCode }));
      if (reply.statusCode >= 500) note('AWS/ApiGateway', '5xx', { ApiId: '<Http>' });
      return reply;
    },
    onError: () => {},
  });

  const functions = {
    deliver: asLambda('deliver', createDeliver(depsOf('deliver'))),
    erase: asLambda('erase', createErase(depsOf('erase'))),
  };
  const steps = Object.entries(NIGHTLY).map(([name, create]) => {
    const handler = asLambda(`nightly/${name}`, create(depsOf(`nightly/${name}`) as never) as never);
    return [`<${name.replace('-', '')}Function.Arn>`, handler] as const;
  });
  const trainer = {
    '<trainingexportFunction.Arn>': asLambda(
      'training-export',
      createExport({ ...depsOf('training-export'), newId: randomUUID }),
    ),
    '<promotionFunction.Arn>': asLambda(
      'promotion',
      createPromotion({
        ...depsOf('promotion'),
        newId: randomUUID,
        load: async ({ manifest }) => ({ score: (input) => shop.deps.scorer.score(input, manifest.version) }),
        progress: () => {},
      }),
    ),
  };
  const queries: string[] = [];
  const executions: Record<string, unknown>[] = [];
  let running: Promise<unknown> = Promise.resolve();
  const start = (name: 'nightly' | 'training', input: unknown) => {
    const [machine] = ofType(stage.stacks[name], 'AWS::StepFunctions::StateMachine');
    const definition: Definition = JSON.parse(readable(machine!.Properties.DefinitionString, stage));
    const executionArn = `arn:aws:states:eu-central-1:${ACCOUNT}:execution:${name}:${executions.length}`;
    const execution: Record<string, unknown> = { executionArn, name, status: 'RUNNING', startDate: Date.now() / 1_000 };
    executions.unshift(execution);
    running = running.then(async () => {
      Object.assign(execution, await interpreter.run(definition, input));
      const metrics: Record<string, string> = { SUCCEEDED: 'Succeeded', FAILED: 'Failed', TIMED_OUT: 'TimedOut' };
      const dimensions = { StateMachineArn: readable({ Ref: machine!.id }, stage) };
      note('AWS/States', `Executions${metrics[execution.status as string]}`, dimensions);
    });
    return execution;
  };
  const machineOf = (arn: string) =>
    arn.replace(`arn:aws:states:eu-central-1:${ACCOUNT}:stateMachine:buy-timing-${stage.name}-`, '');
  const rotation = startRotation();
  let version = 2;
  const rotate = async () => {
    const token = `v${version++}`;
    const step = asLambda('edge/rotate', (name: string) => rotation.step(name, token));
    for (const name of STEPS) await step(name);
  };
  const cloud = await startLocalCloud(
    {
      ...Object.fromEntries(steps),
      ...trainer,
      ...Object.fromEntries(
        Object.entries(functions).map(([name, handler]) => [`buy-timing-${stage.name}-${name}`, handler]),
      ),
    },
    shop.storeUrl,
    {
      GetCallerIdentity: () =>
        `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>${ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
      DescribeStacks: () =>
        `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>edge</StackName><Outputs><member><OutputKey>Url</OutputKey><OutputValue>http://127.0.0.1:${api.port}</OutputValue></member></Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
      'Logs_20140328.FilterLogEvents': ({ logGroupName, logStreamNamePrefix = '', filterPattern, startTime = 0 }) => ({
        events: logs
          .filter(({ group, stream = '' }) => group === logGroupName && stream.startsWith(logStreamNamePrefix))
          .filter(({ at, line }) => at >= startTime && (!filterPattern || fits(line, filterPattern)))
          .map(({ line, at }) => ({ message: line, timestamp: at })),
      }),
      'Logs_20140328.StartQuery': ({ logGroupName, queryString }) => {
        queries.push(`${logGroupName} ${/\| filter (.*) \|/.exec(queryString)![1]}`);
        return { queryId: String(queries.length - 1) };
      },
      'Logs_20140328.GetQueryResults': ({ queryId }) => {
        const [group, ...filter] = queries[Number(queryId)]!.split(' ');
        const pattern = `{ $.${filter.join(' ').replaceAll("'", '"')} }`;
        return {
          status: 'Complete',
          results: logs
            .filter((each) => each.group === group && fits(each.line, pattern))
            .map(({ line }) => [{ field: '@message', value: line }]),
        };
      },
      'AWSStepFunctions.StartExecution': ({ stateMachineArn, input }) =>
        start(machineOf(stateMachineArn) as 'nightly' | 'training', JSON.parse(input)),
      'AWSStepFunctions.ListExecutions': ({ stateMachineArn, statusFilter }) => ({
        executions: executions
          .filter(({ name }) => name === machineOf(stateMachineArn))
          .filter(({ status }) => !statusFilter || status === statusFilter)
          .map(shown),
      }),
      'AWSStepFunctions.DescribeExecution': ({ executionArn }) =>
        shown(executions.find((execution) => execution.executionArn === executionArn)!),
      'GET /schedules': ({ NamePrefix }) => ({
        Schedules: ofType(stage.stacks.nightly, 'AWS::Scheduler::Schedule').map(({ Properties: { State } }) => ({
          Name: `${NamePrefix}-Nightly`,
          State,
        })),
      }),
      'secretsmanager.ListSecrets': () => ({
        SecretList: [{ ARN: 'arn:header', Description: 'Buy Timing: what CloudFront sends to the API' }],
      }),
      'secretsmanager.DescribeSecret': () => ({ VersionIdsToStages: rotation.versions() }),
      'secretsmanager.RotateSecret': () => {
        running = running.then(rotate);
        return { ARN: 'arn:header' };
      },
    },
  );
  const interpreter = startInterpreter(tools.python, cloud.port);
  const folder = mkdtempSync(join(tmpdir(), 'buy-timing-game-day-'));
  const environment = {
    PATH: `${tools.awsFolder}:${process.env.PATH}`,
    STAGE: stage.name,
    AWS_REGION: 'eu-central-1',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'key',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_MAX_ATTEMPTS: '1',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${cloud.port}`,
    ADMIN_KEY,
    HOME: folder,
  };
  const alarms = Object.values(stage.stacks).flatMap((template) => ofType(template, 'AWS::CloudWatch::Alarm'));

  return {
    stage,
    shop,
    cloud,
    faults,
    model,
    rotation,
    rotate,
    functions,
    api: `http://127.0.0.1:${api.port}`,
    note,
    /** Time passes; a process of ingest writes what it counted. */
    async pass(minutes: number) {
      await ingest.ledger.flush().catch(() => {});
      shop.now += minutes * MINUTE;
    },
    isRinging(section: string): boolean {
      const alarm = alarms.find(({ Properties }) => Properties.AlarmName === `buy-timing-${stage.name}-${section}`)!;
      return isRinging(alarm, data, shop.now, (value) => readable(value, stage));
    },
    /** Types lines into a shell that has the runbook's beginning. @returns what it shows */
    async type(lines: string): Promise<string> {
      const options = { cwd: folder, env: environment, timeout: 120_000 };
      const { stdout, stderr } = await run('bash', ['-c', `${PREAMBLE}\n${lines}`], options).catch((error) => error);
      await running;
      return `${stdout}${stderr}`;
    },
    /** The schedule starts the run of today. */
    async night() {
      start('nightly', {});
      await running;
      shop.now += MINUTE;
    },
    /** The schedule starts the training of the week. */
    async week() {
      start('training', {});
      await running;
      shop.now += MINUTE;
    },
    /** A job of SageMaker that says something and fails. */
    async failJob({ TrainingJobName }: TrainingJob, reason: string, line: string) {
      const stream = `${TrainingJobName}/algo-1-1780000000`;
      logs.push({ group: '/aws/sagemaker/TrainingJobs', stream, at: shop.now, line });
      return { reason };
    },
    /** Ends every fault. */
    mend() {
      faults.decide = () => 'pass';
      model.answers = 'well';
      cloud.behaviour.refuses = [];
    },
    async close() {
      await interpreter.stop();
      await api.close();
      await cloud.stop();
      await faults.stop();
      await model.stop();
      await shop.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** SageMaker before the model: it counts what the model does wrong and how long it takes. */
async function watchModel(stage: StageTemplates, count: (name: string, value: number) => void) {
  const inner = process.env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME!;
  const model = { answers: 'well' as 'well' | 'wrongly' | 'slowly', stop: async () => {} };
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const start = performance.now();
    if (model.answers === 'slowly') await sleep(SLOW_MS);
    if (model.answers === 'wrongly') {
      count('Invocation5XXErrors', 1);
      return response.writeHead(500).end(JSON.stringify({ message: `${stage.name}: the model is down` }));
    }
    const reply = await fetch(`${inner}${request.url}`, { method: 'POST', headers: headersOf(request), body });
    count('ModelLatency', 1_000 * (performance.now() - start));
    return response.writeHead(reply.status, headersOf(reply)).end(Buffer.from(await reply.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  model.stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return model;
}

const headersOf = ({ headers }: { headers: IncomingMessage['headers'] | Headers }): Record<string, string> => {
  const type = headers instanceof Headers ? headers.get('content-type') : headers['content-type'];
  return type ? { 'content-type': type } : {};
};

const shown = ({ executionArn, status, startDate, error, cause }: Record<string, unknown>) => ({
  ...{ executionArn, status, startDate, stateMachineArn: 'machine', name: 'run' },
  ...(error ? { error, cause } : {}),
});

/** A line of JSON against a pattern as the runbook has them: `{ $.a = "b" || $.c >= 500 }`. */
function fits(line: string, pattern: string): boolean {
  const terms = /^\{ (.*) \}$/.exec(pattern)?.[1]?.split(' || ');
  if (!terms) return pattern.split(' ').some((word) => line.includes(word.replace('?', '')));
  const values = JSON.parse(line);
  return terms.some((term) => {
    const [, name, operator, text] = /^\$\.(\w+) (=|>=) (.*)$/.exec(term) ?? [];
    if (!name) throw new Error(`the pattern ${term} is not read yet`);
    const wanted = JSON.parse(text!);
    return operator === '=' ? values[name] === wanted : values[name] >= wanted;
  });
}
