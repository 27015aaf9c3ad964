/** The templates as CloudFormation's own linter reads them: schemas of every type, values of every region. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runSynthesis } from '../support/infra.ts';
import { CFN_LINT, findTool } from '../support/python-tool.ts';

/** A dependency that a reference makes anyway: CDK writes both. */
const IGNORED = 'W3005';
/** What these stages do not have, the others have: an endpoint always up, a network, a domain, another region. */
const STAGES = /^buy-timing-(prod|other)-/;

const linter = await findTool(CFN_LINT);

(linter ? test : test.skip)(
  'cfn-lint has nothing to say, and does say what is wrong',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'buy-timing-lint-'));
    const lint = (files: string[]) =>
      new Promise<string>((resolve) => {
        execFile(linter!, ['--ignore-checks', IGNORED, '--', ...files], { cwd: folder }, (_error, stdout, stderr) =>
          resolve(`${stdout}${stderr}`),
        );
      });
    try {
      const templates = Object.entries(runSynthesis().templates).filter(([name]) => STAGES.test(name));
      const files = templates.map(([name, template]) => {
        writeFileSync(join(folder, `${name}.json`), JSON.stringify(template));
        return `${name}.json`;
      });
      expect(files).toHaveLength(20);
      const wrong = { Resources: { Key: { Type: 'AWS::KMS::Key', Properties: { EnableKeyRotation: 'often' } } } };
      writeFileSync(join(folder, 'wrong.json'), JSON.stringify(wrong));
      expect(await lint(files)).toBe('');
      expect(await lint(['wrong.json'])).toContain("'often' is not of type 'boolean'");
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  240_000,
);
