/** The OpenAPI 3.1 document of every route, made from the schemas declared beside the functions. */
import * as z from 'zod';
import { ROUTES, type Route } from '../routes.ts';
import { VERSION } from '../version.ts';
import { type Contract, type Contracts, type ReplyContract, TAGS } from './contract.ts';
import { CONTRACTS } from './contracts.ts';
import { gatewayMessage, problem, problemsOf, trackingFailure } from './problems.ts';

export type JsonSchema = { [key: string]: unknown };

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security: Record<string, string[]>[];
  'x-scope': string;
  parameters?: Parameter[];
  requestBody?: { required: boolean; content: Content };
  responses: Record<string, { description: string; headers?: Record<string, JsonSchema>; content?: Content }>;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query';
  required: boolean;
  description?: string;
  schema: JsonSchema;
}

type Content = Record<string, { schema: JsonSchema }>;

export interface OpenApiDocument {
  openapi: '3.1.0';
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes: Record<string, JsonSchema>; schemas: Record<string, JsonSchema> };
}

const DESCRIPTION = `When will each user of a shop buy, what next, and why.

Keys come as \`Authorization: Bearer KEY\`, or as Basic with the key as user name. A key has one scope: \`write\` sends
actions, \`read\` reads scores under pseudonyms, \`read:ids\` reads the shop's own ids too, \`admin\` may do everything.
Failures are \`application/problem+json\` (RFC 9457), on tracking routes as Segment's clients expect them.`;

/** @throws Error for a route without a contract, a contract without a route, or two schemas of one name that differ */
export function makeDocument(contracts: Contracts = CONTRACTS, routes: readonly Route[] = ROUTES): OpenApiDocument {
  const schemas: Record<string, JsonSchema> = {};
  const paths: OpenApiDocument['paths'] = {};
  const known = new Set(routes.map((route) => `${route.method} ${route.path}`));
  for (const key of Object.keys(contracts)) if (!known.has(key)) throw new Error(`no route is called ${key}`);
  for (const route of routes) {
    const key = `${route.method} ${route.path}`;
    const contract = contracts[key];
    if (!contract) throw new Error(`functions/${route.function}/contract.ts does not describe ${key}`);
    paths[route.path] ??= {};
    paths[route.path]![route.method.toLowerCase()] = operationOf(route, contract, schemas);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Buy Timing',
      version: VERSION,
      description: DESCRIPTION,
      license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
    },
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'A key of the shop.' },
        basic: { type: 'http', scheme: 'basic', description: 'The key as user name, an empty password.' },
      },
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

function operationOf(route: Route, contract: Contract, schemas: Record<string, JsonSchema>): Operation {
  const parameters = [
    ...parametersOf(contract.path, 'path', schemas),
    ...parametersOf(contract.query, 'query', schemas),
  ];
  return {
    operationId: operationIdOf(route),
    tags: [contract.tag],
    summary: contract.summary,
    ...(contract.description && { description: contract.description }),
    security: route.scope === 'none' ? [] : [{ bearer: [] }, { basic: [] }],
    'x-scope': route.scope,
    ...(parameters.length > 0 && { parameters }),
    ...(contract.body && {
      requestBody: {
        required: !contract.bodyOptional,
        content: {
          'application/json': { schema: schemaOf(contract.body, 'input', schemas) },
          ...Object.fromEntries((contract.bodyForms ?? []).map((form) => [form, { schema: { type: 'string' } }])),
        },
      },
    }),
    responses: responsesOf(route, contract, schemas),
  };
}

/** `getUsersTiming` of `GET /v1/users/{userId}/timing`. */
function operationIdOf({ method, path }: Route): string {
  const words = path.split('/').filter((part) => part !== '' && part !== 'v1');
  const names = words.map((word) => (word.startsWith('{') ? `By-${word.slice(1, -1)}` : word));
  const camel = names
    .join('-')
    .replaceAll(/By-userId-?/g, '')
    .replaceAll(/[-.]+(\w)/g, (_, letter: string) => letter.toUpperCase());
  return method.toLowerCase() + camel.charAt(0).toUpperCase() + camel.slice(1);
}

function parametersOf(
  object: z.ZodObject | undefined,
  place: Parameter['in'],
  schemas: Record<string, JsonSchema>,
): Parameter[] {
  if (!object) return [];
  const { properties = {}, required = [] } = schemaOf(object, 'input', schemas) as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(typeof description === 'string' && { description }),
    schema,
  }));
}

function responsesOf(route: Route, contract: Contract, schemas: Record<string, JsonSchema>): Operation['responses'] {
  const responses: Operation['responses'] = {};
  for (const [status, reply] of Object.entries(contract.replies)) responses[status] = responseOf(reply, schemas);
  const usual =
    contract.tag === 'Tracking'
      ? { type: 'application/json', json: trackingFailure }
      : { type: 'application/problem+json', json: problem };
  const { type, json: failure } = contract.failure ?? usual;
  for (const [status, types] of problemsOf(route, contract)) {
    const lines = Object.entries(types).map(([name, meaning]) => `- \`${name}\`: ${meaning}`);
    responses[status] = {
      description: lines.join('\n') || 'The request cannot be read.',
      content: { [type]: { schema: schemaOf(failure, 'output', schemas) } },
    };
  }
  // What the gateway answers before a function is asked: an address or head it cannot take.
  for (const [status, description] of [
    [400, 'The address cannot be read.'],
    [404, 'There is nothing at this address.'],
    [413, 'The request is over 6 MB.'],
    [414, 'The address is too long.'],
    [431, 'The headers are too large.'],
  ] as const) {
    const response = responses[status] ?? { description };
    responses[status] = response;
    const message = schemaOf(gatewayMessage, 'output', schemas);
    const ours = response.content?.['application/json']?.schema;
    response.content = {
      ...response.content,
      'application/json': { schema: ours ? { anyOf: [ours, message] } : message },
    };
  }
  return Object.fromEntries(Object.entries(responses).sort(([a], [b]) => Number(a) - Number(b)));
}

function responseOf(reply: ReplyContract, schemas: Record<string, JsonSchema>): Operation['responses'][string] {
  const content: Content = {
    ...(reply.json && { 'application/json': { schema: schemaOf(reply.json, 'output', schemas) } }),
    ...(reply.csv && { 'text/csv': { schema: { type: 'string' } } }),
    ...(reply.text && { [reply.text]: { schema: { type: 'string' } } }),
  };
  return {
    description: reply.description,
    ...(reply.headers && {
      headers: Object.fromEntries(
        Object.entries(reply.headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
      ),
    }),
    ...(Object.keys(content).length > 0 && { content }),
  };
}

/** JSON Schema of a schema; what carries an id goes into `schemas` once and is referred to. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Record<string, JsonSchema>): JsonSchema {
  // Inside an object, so that a schema with an id becomes a reference, too.
  const whole = z.toJSONSchema(z.object({ it: schema.optional() }), {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // What zod adds to every whole number says nothing.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  const { $defs = {}, properties } = JSON.parse(
    JSON.stringify(whole).replaceAll('"#/$defs/', '"#/components/schemas/'),
  ) as { $defs?: Record<string, JsonSchema>; properties: { it: JsonSchema } };
  for (const [name, definition] of Object.entries($defs)) {
    const { id: _, ...content } = definition;
    const before = schemas[name];
    if (before && JSON.stringify(before) !== JSON.stringify(content)) throw new Error(`two schemas are called ${name}`);
    schemas[name] = content;
  }
  return properties.it;
}
