/**
 * What a state machine calls, behind one address of this machine: Lambda, with the functions given; models,
 * configurations and endpoints of SageMaker, which are in service after some looks; a DynamoDB, if there is one; and
 * other services, by what is asked of them.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, json, text } from 'node:stream/consumers';

export interface LocalCloud {
  port: number;
  /** Endpoints that stand. */
  endpoints: Map<string, Endpoint>;
  /** Names of models with their files, and of configurations with their models. */
  models: Map<string, string>;
  configs: Map<string, string>;
  /** Names of the functions called and the verbs of SageMaker, in order. */
  calls: string[];
  /** What an endpoint becomes after `looks`, whether an update is rolled back by then; or the verbs that are refused. */
  behaviour: { becomes: 'InService' | 'Failed'; looks: number; rollsBack?: boolean; refuses: string[] };
  /** Training jobs as they were asked for, and what becomes of one after two looks. */
  jobs: Map<string, { asked: TrainingJob; looks: number }>;
  train: (job: TrainingJob) => Promise<{ artifacts: string } | { reason: string }>;
  stop(): Promise<void>;
}

export interface TrainingJob {
  TrainingJobName: string;
  OutputDataConfig: { S3OutputPath: string };
  InputDataConfig: { ChannelName: string; DataSource: { S3DataSource: { S3Uri: string } } }[];
  [other: string]: unknown;
}

export interface Endpoint {
  status: 'Creating' | 'Updating' | 'InService' | 'Failed';
  config: string;
}

type Handler = (input: never) => Promise<unknown>;
/** Answers an object as JSON, a text as it is, and an error by its name. */
// biome-ignore lint/suspicious/noExplicitAny: each service knows what it is asked.
export type Service = (input: any) => unknown;

/**
 * @param functions by what the machine calls them
 * @param storeUrl a DynamoDB whose tables have no prefix
 * @param services by target (`AWSStepFunctions.StartExecution`), form's action (`GetCallerIdentity`), or method and path
 *   with the function's name as `*`, which they get as `FunctionName`
 */
export async function startLocalCloud(
  functions: Record<string, Handler>,
  storeUrl?: string,
  services: Record<string, Service> = {},
): Promise<LocalCloud> {
  const looks = new Map<string, number>();
  const cloud: LocalCloud = {
    port: 0,
    endpoints: new Map(),
    models: new Map(),
    configs: new Map(),
    calls: [],
    jobs: new Map(),
    train: async () => ({ reason: 'nobody trains here' }),
    behaviour: { becomes: 'InService', looks: 2, refuses: [] },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  const invoke = async (name: string, request: IncomingMessage, response: ServerResponse) => {
    const payload = await json(request);
    cloud.calls.push(name);
    const handler = functions[name];
    if (!handler) return refuse(response, 404, 'ResourceNotFoundException', `there is no function ${name}`);
    try {
      response.end(JSON.stringify(await handler(payload as never)));
    } catch (error) {
      const { name: errorType, message: errorMessage } = error as Error;
      response.setHeader('x-amz-function-error', 'Unhandled').end(JSON.stringify({ errorType, errorMessage }));
    }
  };

  const serve = async (name: string, request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    const { searchParams } = new URL(request.url!, 'http://aws');
    const input = body.startsWith('{')
      ? JSON.parse(body)
      : Object.fromEntries([...searchParams, ...new URLSearchParams(body)]);
    const [, FunctionName] = /\/functions\/([^/]+)\//.exec(request.url!) ?? [];
    if (FunctionName) input.FunctionName = FunctionName;
    const action = services[name] ?? services[input.Action];
    if (!action) return refuse(response, 400, 'UnknownOperationException', `nothing answers ${name} ${body}`);
    let answer: unknown;
    try {
      answer = await action(input);
    } catch (error) {
      return refuse(response, 400, (error as Error).name, (error as Error).message);
    }
    return response.end(typeof answer === 'string' ? answer : JSON.stringify(answer ?? {}));
  };

  const sageMaker = async (verb: string, request: IncomingMessage, response: ServerResponse) => {
    const given = (await json(request)) as {
      EndpointName: string;
      EndpointConfigName: string;
      ModelName: string;
      PrimaryContainer: { ModelDataSource: { S3DataSource: { S3Uri: string } } };
      ProductionVariants: { ModelName: string }[];
    };
    cloud.calls.push(verb);
    const { becomes, looks: after, rollsBack, refuses } = cloud.behaviour;
    const invalid = (message: string) => refuse(response, 400, 'ValidationException', message);
    if (refuses.includes(verb)) return refuse(response, 400, 'ResourceLimitExceeded', `${verb} is refused`);
    if (verb === 'CreateTrainingJob') {
      const asked = given as unknown as TrainingJob;
      cloud.jobs.set(asked.TrainingJobName, { asked, looks: 0 });
      return response.end(JSON.stringify({ TrainingJobArn: `arn:training-job/${asked.TrainingJobName}` }));
    }
    if (verb === 'DescribeTrainingJob') {
      const job = cloud.jobs.get((given as unknown as TrainingJob).TrainingJobName)!;
      const ended = ++job.looks >= 2 ? await cloud.train(job.asked) : undefined;
      return response.end(
        JSON.stringify({
          TrainingJobName: job.asked.TrainingJobName,
          TrainingJobStatus: !ended ? 'InProgress' : 'reason' in ended ? 'Failed' : 'Completed',
          ...(ended && 'reason' in ended && { FailureReason: ended.reason }),
          ...(ended && 'artifacts' in ended && { ModelArtifacts: { S3ModelArtifacts: ended.artifacts } }),
        }),
      );
    }
    if (verb === 'ListTrainingJobs') {
      const summaries = [...cloud.jobs.keys()].reverse().map((TrainingJobName) => ({ TrainingJobName }));
      return response.end(JSON.stringify({ TrainingJobSummaries: summaries }));
    }
    if (verb === 'CreateModel') {
      if (cloud.models.has(given.ModelName)) return invalid('Cannot create already existing model');
      cloud.models.set(given.ModelName, given.PrimaryContainer.ModelDataSource.S3DataSource.S3Uri);
      return response.end('{}');
    }
    if (verb === 'CreateEndpointConfig') {
      const [{ ModelName }] = given.ProductionVariants as [{ ModelName: string }];
      if (!cloud.models.has(ModelName)) return invalid(`Could not find model ${ModelName}`);
      if (cloud.configs.has(given.EndpointConfigName)) return invalid('Cannot create already existing configuration');
      cloud.configs.set(given.EndpointConfigName, ModelName);
      return response.end('{}');
    }
    const { EndpointName: name, EndpointConfigName: config } = given;
    const there = cloud.endpoints.get(name);
    if ((verb === 'CreateEndpoint') === Boolean(there))
      return invalid(`Could not find endpoint, or it is there: ${name}`);
    if (config && !cloud.configs.has(config)) return invalid(`Could not find endpoint configuration ${config}`);
    if (verb === 'CreateEndpoint') {
      cloud.endpoints.set(name, { status: 'Creating', config });
      looks.delete(name);
    }
    if (verb === 'UpdateEndpoint') {
      cloud.endpoints.set(name, { status: 'Updating', config: rollsBack ? there!.config : config });
      looks.delete(name);
    }
    if (verb === 'DeleteEndpoint') cloud.endpoints.delete(name);
    if (verb !== 'DescribeEndpoint') return response.end(JSON.stringify({ EndpointArn: `arn:endpoint/${name}` }));
    looks.set(name, (looks.get(name) ?? 0) + 1);
    if (looks.get(name)! >= after) cloud.endpoints.set(name, { ...there!, status: becomes });
    const { status: EndpointStatus, config: EndpointConfigName } = cloud.endpoints.get(name)!;
    return response.end(JSON.stringify({ EndpointName: name, EndpointStatus, EndpointConfigName }));
  };

  /** Templates call a table by its name in angle brackets, people by that with the stage's prefix. */
  const dynamo = async (request: IncomingMessage, response: ServerResponse) => {
    const { authorization, 'x-amz-target': target, 'x-amz-date': date, 'content-type': type } = request.headers;
    const body = (await buffer(request))
      .toString('utf8')
      .replace(/"TableName": ?"(?:<|buy-timing-\w+-)(\w+)>?"/, '"TableName":"$1"');
    cloud.calls.push(String(target).split('.')[1]!);
    const headers = { authorization, 'x-amz-target': target, 'x-amz-date': date, 'content-type': type };
    const reply = await fetch(storeUrl!, { method: 'POST', headers: headers as Record<string, string>, body });
    response.writeHead(reply.status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(Buffer.from(await reply.arrayBuffer()));
  };

  const server = createServer((request, response) => {
    const target = String(request.headers['x-amz-target'] ?? '');
    const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url!) ?? [];
    response.setHeader('x-amzn-requestid', randomUUID());
    response.setHeader('content-type', target ? 'application/x-amz-json-1.1' : 'application/json');
    const path = `${request.method} ${request.url!.split('?')[0]!.replace(/(\/functions\/)[^/]+\//, '$1*/')}`;
    const asked = () => {
      if (name) return invoke(decodeURIComponent(name), request, response);
      if (target.startsWith('DynamoDB_') && storeUrl && !services[target]) return dynamo(request, response);
      if (target.startsWith('SageMaker.')) return sageMaker(target.replace('SageMaker.', ''), request, response);
      return serve(target || path, request, response);
    };
    asked().catch((error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  cloud.port = (server.address() as AddressInfo).port;
  return cloud;
}

function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  response.setHeader('x-amzn-errortype', type);
  response.writeHead(status).end(JSON.stringify({ __type: type, message, Message: message }));
}
