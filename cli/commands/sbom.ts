/** `npm run sbom`: what the product is made of, as a bill of materials, and whether it may be used and is safe to use. */
import { writeFile } from 'node:fs/promises';
import { defineCommand, FailedResult, text } from '../framework.ts';
import { audit, billOfMaterials, isAllowed, packagesInUse } from '../packages.ts';

/** Severities that fail it. */
const GRAVE = ['high', 'critical'];

export default defineCommand({
  name: 'sbom',
  summary: 'Writes what the product is made of (CycloneDX), and checks licences and known vulnerabilities.',
  options: { out: text('FILE', 'where the bill of materials goes (default: sbom.json where you stand)') },
  async run(context, _args, { out = 'sbom.json' }) {
    const packages = packagesInUse();
    const forbidden = packages.filter(({ licence }) => !isAllowed(licence));
    for (const { name, version, licence } of packages)
      context.print(`${isAllowed(licence) ? 'ok  ' : 'FAIL'} ${name} ${version}: ${licence}`);
    const file = context.resolve(out);
    const bill = await billOfMaterials();
    await writeFile(file, `${JSON.stringify(bill, null, 2)}\n`);
    context.print(`${bill.components.length} packages in ${file}`);
    context.progress('asking the registry for known vulnerabilities');
    const found = await audit();
    const grave =
      'vulnerabilities' in found ? GRAVE.reduce((sum, each) => sum + (found.vulnerabilities[each] ?? 0), 0) : 0;
    context.print(
      'leftOut' in found
        ? `left out the audit: ${found.leftOut}`
        : `known vulnerabilities: ${Object.entries(found.vulnerabilities)
            .map(([name, count]) => `${count} ${name}`)
            .join(', ')}`,
    );
    const result = { packages: packages.length, forbidden, components: bill.components.length, file, audit: found };
    if (forbidden.length > 0 || grave > 0) throw new FailedResult(result);
    return result;
  },
});
