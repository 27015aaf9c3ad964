/** What the product is made of: its packages, their licences, and a bill of materials. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './framework.ts';
import { runProgram } from './process.ts';
import { ROOT } from './project.ts';

export interface Package {
  name: string;
  version: string;
  /** An SPDX expression, as the package states it. */
  licence: string;
}

/** Those that let everybody use, change and pass on what is made with them, without making it theirs. */
const ALLOWED = [
  ...['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0', 'ISC', 'MIT', 'Unlicense'],
  // The dashboard's typeface.
  'OFL-1.1',
];

/** Whether an expression can be met by allowed licences alone. */
export function isAllowed(expression: string): boolean {
  return expression
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((each) => ALLOWED.includes(each)));
}

interface Lock {
  packages: Record<string, { version: string; license?: string; dev?: boolean }>;
}

/** The packages that run in a system or in a browser, from the lock file; tools of development are none. */
export function packagesInUse(): Package[] {
  const { packages }: Lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  return Object.entries(packages).flatMap(([path, { version, license = 'none', dev }]) =>
    path === '' || dev ? [] : [{ name: path.replace(/^.*node_modules\//, ''), version, licence: license }],
  );
}

interface Component {
  type: 'library';
  name: string;
  version: string;
  purl: string;
  hashes?: { alg: string; content: string }[];
}

/**
 * The bill of materials in CycloneDX 1.5: what npm says of the packages in use, and those of the lock file of training,
 * each with the hashes of its files there.
 * @throws Failure when npm cannot make one
 */
export async function billOfMaterials(): Promise<{ components: Component[]; [more: string]: unknown }> {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const { code, output } = await runProgram('npm', args, { cwd: ROOT, env: { npm_config_loglevel: 'silent' } });
  if (code !== 0) throw new Failure(`npm made no bill of materials: ${output.trim()}`, 'npm 10 or newer is needed');
  const bill = JSON.parse(output.slice(output.indexOf('{')));
  // npm takes the folder's name.
  bill.metadata.component.name = 'buy-timing';
  // `--omit dev` would leave out what is optional in use and needed in development.
  const inUse = new Set(packagesInUse().map(({ name, version }) => `${name}@${version}`));
  const components = bill.components.filter(({ name, version }: Component) => inUse.has(`${name}@${version}`));
  const known = new Set([bill.metadata.component, ...components].map((each) => each['bom-ref']));
  const dependencies = bill.dependencies.flatMap(({ ref, dependsOn = [] }: { ref: string; dependsOn?: string[] }) =>
    known.has(ref) ? [{ ref, dependsOn: dependsOn.filter((each) => known.has(each)) }] : [],
  );
  return { ...bill, components: [...components, ...packagesOfTraining()], dependencies };
}

function packagesOfTraining(): Component[] {
  const lock = readFileSync(join(ROOT, 'model', 'requirements.lock'), 'utf8');
  return lock.split(/^(?=\S)/m).flatMap((entry): Component[] => {
    const [, name, version] = /^([\w.-]+)==([^ ;\\\s]+)/.exec(entry) ?? [];
    if (!name || !version) return [];
    const hashes = [...entry.matchAll(/--hash=sha256:([0-9a-f]{64})/g)].map(([, content]) => content!);
    return [
      {
        type: 'library',
        name,
        version,
        purl: `pkg:pypi/${name}@${version}`,
        hashes: hashes.map((content) => ({ alg: 'SHA-256', content })),
      },
    ];
  });
}

export type Audit = { vulnerabilities: Record<string, number> } | { leftOut: string };

/** What the registry knows against the packages in use, by severity; or why it did not say. */
export async function audit(): Promise<Audit> {
  const args = ['audit', '--omit', 'dev', '--json'];
  const { output } = await runProgram('npm', args, { cwd: ROOT, env: { npm_config_loglevel: 'silent' } });
  try {
    const { metadata, message, error } = JSON.parse(output.slice(output.indexOf('{')));
    if (metadata?.vulnerabilities) return { vulnerabilities: metadata.vulnerabilities };
    return { leftOut: message ?? error?.summary ?? 'the registry gave no answer' };
  } catch {
    return { leftOut: output.trim().split('\n')[0] || 'npm said nothing' };
  }
}
