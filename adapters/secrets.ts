import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';

const FILE = 'file:';

const schema = z.object({
  /** Key of the pseudonyms. Losing it orphans every user. */
  pepper: z.string().check(z.minLength(16)),
  /** Key of the stored ids; absent: derived from the pepper. */
  encryptionKey: z.optional(z.string().check(z.minLength(16))),
  /** Key of the suppression list; absent: derived from the pepper. */
  suppressionKey: z.optional(z.string().check(z.minLength(16))),
});

export type Secrets = z.infer<typeof schema>;

/**
 * The shop's secrets: JSON with `pepper` and, where they are kept apart, `encryptionKey` and `suppressionKey`.
 * @param id `file:` and a path, or the id of a secret of Secrets Manager
 * @throws Error naming the secret and what is wrong with it, never what it holds
 */
export async function loadSecrets(id: string): Promise<Secrets> {
  const text = id.startsWith(FILE) ? await readFile(id.slice(FILE.length), 'utf8') : await fetchSecret(id);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`secret ${id} is not JSON`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const names = [...new Set(parsed.error.issues.map(({ path }) => path.join('.') || 'the whole'))];
  throw new Error(`secret ${id} is not usable: ${names.join(', ')}`);
}

/** The client is loaded only on AWS: a local start does without. */
async function fetchSecret(id: string): Promise<string> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient({});
  try {
    const { SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: id }));
    if (text === undefined) throw new Error(`secret ${id} holds no text`);
    return text;
  } finally {
    client.destroy();
  }
}
