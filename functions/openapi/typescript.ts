/** JSON Schemas of the document as TypeScript: for the typed client, and for people on the docs page. */
import type { JsonSchema } from './document.ts';

/** A type expression; objects over several lines, each member's description as its comment. */
export function typeOf(schema: JsonSchema, indent = ''): string {
  if (typeof schema.$ref === 'string') return nameOf(schema.$ref);
  if ('const' in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return union(schema.enum.map((value) => JSON.stringify(value)));
  const any = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined;
  if (any) return union(any.map((each) => typeOf(each, indent)));
  if (Array.isArray(schema.allOf)) return schema.allOf.map((each) => typeOf(each as JsonSchema, indent)).join(' & ');
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => typeOf({ ...schema, type }, indent)));
  switch (schema.type) {
    case 'string':
      return 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    case 'array':
      return listOf(schema, indent);
    case 'object':
      return objectOf(schema, indent);
    default:
      return 'unknown';
  }
}

/** `Timing` of `#/components/schemas/Timing`. */
export function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}

function listOf(schema: JsonSchema, indent: string): string {
  if (Array.isArray(schema.prefixItems)) {
    return `[${schema.prefixItems.map((each) => typeOf(each as JsonSchema, indent)).join(', ')}]`;
  }
  const item = typeOf((schema.items ?? {}) as JsonSchema, indent);
  return / [|&] /.test(item) && !item.startsWith('{') ? `(${item})[]` : `${item}[]`;
}

function objectOf(schema: JsonSchema, indent: string): string {
  const required = new Set((schema.required ?? []) as string[]);
  const inner = `${indent}  `;
  const members = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>).map(([name, member]) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`;
    const comment = typeof member.description === 'string' ? `${inner}/** ${commentOf(member.description)} */\n` : '';
    return `${comment}${inner}${key}${required.has(name) ? '' : '?'}: ${typeOf(member, inner)};\n`;
  });
  const others = schema.additionalProperties;
  if (members.length === 0) {
    const value = typeof others === 'object' && others !== null ? typeOf(others as JsonSchema, indent) : 'unknown';
    return `Record<string, ${value}>`;
  }
  // A member of an index signature may not contradict the named ones.
  if (typeof others === 'object' && others !== null) members.push(`${inner}[name: string]: unknown;\n`);
  return `{\n${members.join('')}${indent}}`;
}

function commentOf(text: string): string {
  return text.replaceAll('*/', '*\u200b/').replaceAll(/\s+/g, ' ');
}

function union(parts: string[]): string {
  return [...new Set(parts)].join(' | ');
}
