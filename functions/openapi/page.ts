/** The OpenAPI document as one page for people: plain HTML, no scripts, light and dark. */
import type { JsonSchema, OpenApiDocument, Operation } from './document.ts';
import { STYLE } from './style.ts';
import { typeOf } from './typescript.ts';

export { STYLE } from './style.ts';

interface Listed extends Operation {
  method: string;
  path: string;
}

export function docsPage(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]): Listed => ({ ...operation, method: method.toUpperCase(), path }),
    ),
  );
  const groups = document.tags
    .map((tag) => ({ ...tag, operations: operations.filter(({ tags }) => tags.includes(tag.name)) }))
    .filter((group) => group.operations.length > 0);
  const { schemas } = document.components;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>HTTP API · Buy Timing</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#routes">Skip to the routes</a>
<nav aria-label="Routes">
<p class="brand"><a href="/">Buy Timing</a></p>
${groups
  .map(
    ({ name, operations }) => `<h2>${escapeHtml(name)}</h2>
<ul>${operations.map((each) => `<li><a href="#${each.operationId}">${escapeHtml(each.summary)}</a></li>`).join('')}</ul>`,
  )
  .join('\n')}
<h2>Types</h2>
<ul>${Object.keys(schemas)
    .map((name) => `<li><a href="#type-${name}">${escapeHtml(name)}</a></li>`)
    .join('')}</ul>
</nav>
<main id="routes">
<header>
<h1>HTTP API</h1>
${prose(document.info.description)}
<p>Version ${escapeHtml(document.info.version)}, as <a href="/v1/openapi.json">OpenAPI 3.1</a> for tools.</p>
</header>
${groups
  .map(
    ({ name, description, operations }) => `<section>
<h2>${escapeHtml(name)}</h2>
${prose(description)}
${operations.map(operationPart).join('\n')}
</section>`,
  )
  .join('\n')}
<section>
<h2>Types</h2>
${Object.entries(schemas)
  .map(
    ([name, schema]) => `<article id="type-${name}">
<h3>${escapeHtml(name)}</h3>
${typeof schema.description === 'string' ? prose(schema.description) : ''}
${typePart(schema, name)}
</article>`,
  )
  .join('\n')}
</section>
</main>
</body>
</html>
`;
}

function operationPart(operation: Listed): string {
  const { operationId, method, path, summary, description, parameters = [], requestBody, responses } = operation;
  const body = requestBody?.content['application/json']?.schema;
  const scope = operation['x-scope'];
  return `<article id="${operationId}">
<h3>${escapeHtml(summary)}</h3>
<p class="address"><span class="method ${method.toLowerCase()}">${method}</span> <code>${escapeHtml(path)}</code>
<span class="scope">${scope === 'none' ? 'no key' : `key: ${escapeHtml(scope)}`}</span></p>
${description ? prose(description) : ''}
${
  parameters.length > 0
    ? `<dl class="parameters">${parameters
        .map(
          ({ name, schema, required, description: text = '' }) =>
            `<div><dt><code>${escapeHtml(name)}</code> <span class="kind">${escapeHtml(kindOf(schema))}${required ? '' : ', optional'}</span></dt><dd>${inline(text)}</dd></div>`,
        )
        .join('')}</dl>`
    : ''
}
${body ? `<h4>Body</h4>${typePart(body, `body of ${operationId}`)}` : ''}
<h4>Replies</h4>
${Object.entries(responses)
  .map(([status, { description: text, content }]) => replyPart(status, text, content, operationId))
  .join('\n')}
</article>`;
}

function replyPart(
  status: string,
  text: string,
  content: Record<string, { schema: JsonSchema }> | undefined,
  operationId: string,
): string {
  const failure = Number(status) >= 400;
  const json = content?.['application/json']?.schema;
  const kinds = Object.keys(content ?? {}).filter((type) => !failure && type !== 'application/json');
  const also = kinds.length > 0 ? ` <span class="kind">${escapeHtml(kinds.join(', '))}</span>` : '';
  return `<div class="reply"><div class="status" data-kind="${status[0]}">${status}</div><div>${prose(text)}${also}${
    json && !failure ? typePart(json, `${status} of ${operationId}`) : ''
  }</div></div>`;
}

function typePart(schema: JsonSchema, label: string): string {
  // Escaped first: names of types are words, so that links can be set in what is left.
  const text = escapeHtml(typeOf(schema))
    .replaceAll(/(\/\*\*.*?\*\/)/g, '<i>$1</i>')
    .replaceAll(/(?<=[:|(] )([A-Z]\w+)(?=[[\]);| \n]|$)/gm, link)
    .replace(/^([A-Z]\w+)(?=(\[\])?$)/, link);
  return `<pre tabindex="0" aria-label="Type: ${escapeHtml(label)}"><code>${text}</code></pre>`;
}

function link(name: string): string {
  return name === 'Record' ? name : `<a href="#type-${name}">${name}</a>`;
}

function kindOf(schema: JsonSchema): string {
  const { minimum, maximum, default: otherwise } = schema;
  const type = Array.isArray(schema.enum) ? schema.enum.join(' | ') : String(schema.format ?? schema.type ?? 'text');
  const range = minimum !== undefined && maximum !== undefined ? ` ${minimum}–${maximum}` : '';
  return `${type}${range}${otherwise !== undefined ? `, ${String(otherwise)} when absent` : ''}`;
}

/** Paragraphs, lists of `- ` and code in backticks: the Markdown that descriptions use. */
function prose(text: string): string {
  return text
    .split(/\n\n+/)
    .map((part) =>
      part.startsWith('- ')
        ? `<ul>${part
            .split('\n')
            .map((line) => `<li>${inline(line.replace(/^- /, ''))}</li>`)
            .join('')}</ul>`
        : `<p>${inline(part)}</p>`,
    )
    .join('');
}

function inline(text: string): string {
  return escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
