/** The types of the client as TypeScript source, made from the OpenAPI document. */
import type { OpenApiDocument, Operation, Parameter } from '../functions/openapi/document.ts';
import { typeOf } from '../functions/openapi/typescript.ts';

const HEAD = '/** Made from docs/openapi.json by `npm run openapi`; not to be edited. */\n';

export function operationsSource({ paths, components }: OpenApiDocument): string {
  const types = Object.entries(components.schemas).map(([name, schema]) => {
    const comment = typeof schema.description === 'string' ? `/** ${schema.description} */\n` : '';
    return `${comment}export type ${name} = ${typeOf(schema)};\n`;
  });
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) =>
        `  /** ${operation.summary}. */\n  '${method.toUpperCase()} ${path}': ${operationType(operation)};\n`,
    ),
  );
  return `${HEAD}\n${types.join('\n')}\nexport interface Operations {\n${operations.join('')}}\n`;
}

function operationType({ parameters = [], requestBody, responses }: Operation): string {
  const members = [
    parametersType(parameters, 'path'),
    parametersType(parameters, 'query'),
    requestBody && `body${requestBody.required ? '' : '?'}: ${typeOf(bodyOf(requestBody), '    ')}`,
    `reply: ${replyType(responses)}`,
  ];
  return `{\n${members
    .filter(Boolean)
    .map((member) => `    ${member};\n`)
    .join('')}  }`;
}

function parametersType(parameters: Parameter[], place: Parameter['in']): string | undefined {
  const own = parameters.filter((parameter) => parameter.in === place);
  if (own.length === 0) return undefined;
  const optional = own.every(({ required }) => !required);
  const schema = {
    type: 'object',
    properties: Object.fromEntries(own.map(({ name, schema, description }) => [name, { ...schema, description }])),
    required: own.filter(({ required }) => required).map(({ name }) => name),
  };
  return `${place}${optional ? '?' : ''}: ${typeOf(schema, '    ')}`;
}

/** What comes back when all went well; undefined for a reply without a body. */
function replyType(responses: Operation['responses']): string {
  const good = Object.entries(responses).filter(([status]) => Number(status) < 300);
  const types = good.map(([, { content }]) => {
    if (!content) return 'undefined';
    return content['application/json'] ? typeOf(bodyOf({ content }), '    ') : 'string';
  });
  return [...new Set(types)].join(' | ') || 'undefined';
}

function bodyOf({ content }: { content: NonNullable<Operation['responses'][string]['content']> }) {
  return content['application/json']?.schema ?? {};
}
