/** `npm run synth`: writes the CloudFormation templates of every stage, without an account and without Docker. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineCommand, Failure, text } from '../framework.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const CDK = join(root, 'node_modules/aws-cdk/bin/cdk');

export default defineCommand({
  name: 'synth',
  summary: 'Writes the CloudFormation templates of every stage and checks them against AwsSolutions.',
  options: { out: text('FOLDER', 'where the templates go (default: cdk.out in the project)') },
  async run(context, _args, options) {
    const began = performance.now();
    const out = options.out ? context.resolve(options.out) : join(root, 'cdk.out');
    context.progress('bundling the functions and writing the templates');
    const { code, output } = await runCdk(['synth', '--quiet', '--no-notices', '--output', out]);
    if (code !== 0) throw new Failure(`the templates could not be made:\n${output.trim()}`);
    const stacks = stacksIn(out);
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    for (const { name, template } of stacks) context.print(`${name}: ${template}`);
    context.print(`${stacks.length} stacks in ${seconds} s`);
    return { stacks, seconds };
  },
});

/** What the CDK CLI says is shown when it fails, and only then. */
function runCdk(args: string[]): Promise<{ code: number | null; output: string }> {
  const env = { ...process.env, CDK_DISABLE_VERSION_CHECK: '1', CDK_DISABLE_CLI_TELEMETRY: 'true' };
  const cdk = spawn(process.execPath, [CDK, ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [cdk.stdout, cdk.stderr]) stream.on('data', (chunk) => (output += chunk));
  return new Promise((done, fail) => {
    cdk.once('error', fail);
    cdk.once('close', (code) => done({ code, output }));
  });
}

interface Manifest {
  artifacts: Record<string, { type: string; properties?: Record<string, string> }>;
}

/** The stacks of an assembly and of those within it, each stage in one of its own, with their template files. */
function stacksIn(folder: string): { name: string; template: string }[] {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  return Object.values(manifest.artifacts).flatMap(({ type, properties = {} }) => {
    if (type === 'cdk:cloud-assembly') return stacksIn(join(folder, properties.directoryName!));
    if (type !== 'aws:cloudformation:stack') return [];
    return [{ name: properties.stackName!, template: join(folder, properties.templateFile!) }];
  });
}
