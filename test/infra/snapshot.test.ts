/** Every template as a whole, so that a change that no other test speaks of is seen in a review. */
import { runSynthesis } from '../support/infra.ts';

/** Without what differs by content alone: hashes of assets and bundles, and the hash in what CDK names after them. */
function normalize(template: unknown): unknown {
  const text = JSON.stringify(template)
    .replaceAll(/[0-9a-f]{64}/g, 'HASH')
    .replaceAll(/models\/[\w.-]+(?=["/])/g, 'models/VERSION')
    .replaceAll(/tiny-[0-9a-f]{8}/g, 'VERSION');
  return JSON.parse(text);
}

// prod differs from dev by what data.test.ts asserts.
const templates = Object.entries(runSynthesis().templates).filter(([name]) => !name.startsWith('buy-timing-prod-'));

test.each(templates)('the template of %s', (_name, template) => {
  expect(normalize(template)).toMatchSnapshot();
});
