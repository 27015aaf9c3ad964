/** Secrets Manager with the secret header, and CloudFront with a distribution that sends it, behind one address. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface Version {
  value: string;
  stages: string[];
}

export interface EdgeCloud {
  url: string;
  /** Of the secret; each stage is one version's. */
  versions: Map<string, Version>;
  distribution: { value: string; header: string; status: string };
  /** What was put to the distribution. */
  puts: { path: string; ifMatch: unknown; body: string }[];
  /** Hears each call (`GetSecretValue`, `UpdateDistribution`), and says whether it is allowed. */
  allows(call: string): boolean;
  stop(): Promise<void>;
}

type Call = Record<string, string> & { VersionStages?: string[] };

export async function startEdgeCloud(): Promise<EdgeCloud> {
  const versions: EdgeCloud['versions'] = new Map([['v1', { value: 'old', stages: ['AWSCURRENT'] }]]);
  const distribution = { value: 'old', header: 'x-buy-timing-origin', status: 'Deployed' };
  const puts: EdgeCloud['puts'] = [];

  /** Moves a stage to a version, as only one has it. */
  const label = (stage: string, id: string): void => {
    for (const version of versions.values()) version.stages = version.stages.filter((each) => each !== stage);
    versions.get(id)!.stages.push(stage);
  };

  const answers: Record<string, (call: Call) => unknown> = {
    GetSecretValue({ VersionStage: stage, VersionId: id }) {
      const found = [...versions].find(
        ([name, { stages }]) => (!id || name === id) && (!stage || stages.includes(stage)),
      );
      return found && { SecretString: found[1].value, VersionId: found[0] };
    },
    PutSecretValue({ ClientRequestToken: id, SecretString: value, VersionStages: stages = [] }) {
      versions.set(id!, { value: value!, stages: [] });
      for (const stage of stages) label(stage, id!);
      return {};
    },
    DescribeSecret: () => ({
      VersionIdsToStages: Object.fromEntries([...versions].map(([id, { stages }]) => [id, stages])),
    }),
    UpdateSecretVersionStage({ VersionStage: stage, MoveToVersionId: to, RemoveFromVersionId: from }) {
      // Secrets Manager wants to be told who had it.
      if (!versions.get(from!)?.stages.includes(stage!)) return undefined;
      label(stage!, to!);
      return {};
    },
  };

  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { url = '', method, headers } = request;
    const isConfig = url.endsWith('/config');
    const call =
      headers['x-amz-target'] === undefined
        ? method === 'PUT'
          ? 'UpdateDistribution'
          : `GetDistribution${isConfig ? 'Config' : ''}`
        : String(headers['x-amz-target']).split('.')[1]!;
    if (!cloud.allows(call)) {
      const problem = { __type: 'AccessDeniedException', message: `no ${call}` };
      response.writeHead(400).end(JSON.stringify(problem));
      return;
    }
    if (answers[call]) {
      const answer = answers[call](JSON.parse(body));
      response.writeHead(answer ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(answer ?? { __type: 'ResourceNotFoundException', message: 'there is none' }));
      return;
    }
    if (method === 'PUT') {
      puts.push({ path: url, ifMatch: headers['if-match'], body });
      const [, value = ''] = /<HeaderName>x-buy-timing-origin<\/HeaderName><HeaderValue>(.*?)</.exec(body) ?? [];
      distribution.value = value;
    }
    const config = configOf(distribution);
    response
      .setHeader('etag', 'E1')
      .end(
        isConfig && method === 'GET'
          ? `<DistributionConfig>${config}</DistributionConfig>`
          : `<Distribution><Id>D1</Id><Status>${distribution.status}</Status><DistributionConfig>${config}</DistributionConfig></Distribution>`,
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cloud: EdgeCloud = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    versions,
    distribution,
    puts,
    allows: () => true,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return cloud;
}

function configOf({ value, header }: EdgeCloud['distribution']): string {
  return `<CallerReference>once</CallerReference><Origins><Quantity>2</Quantity><Items>
  <Origin><Id>files</Id><DomainName>files.s3.amazonaws.com</DomainName><CustomHeaders><Quantity>0</Quantity></CustomHeaders></Origin>
  <Origin><Id>api</Id><DomainName>abc.execute-api.eu-central-1.amazonaws.com</DomainName><CustomHeaders><Quantity>2</Quantity><Items>
    <OriginCustomHeader><HeaderName>x-other</HeaderName><HeaderValue>stays</HeaderValue></OriginCustomHeader>
    <OriginCustomHeader><HeaderName>${header}</HeaderName><HeaderValue>${value}</HeaderValue></OriginCustomHeader>
  </Items></CustomHeaders></Origin></Items></Origins><Comment>ours</Comment><Enabled>true</Enabled><WebACLId>acl</WebACLId>`;
}
