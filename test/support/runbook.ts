/** docs/runbook.md, read as a program would follow it. */
import { readFileSync } from 'node:fs';

const TEXT = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
const ALARMS = 'When an alarm rings';

/** A heading as it is linked. */
const slug = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');

/** Text under a heading, up to the next of the same level or a higher one. */
function under(text: string, heading: string): string {
  const [, marks] = new RegExp(`^(#+) ${heading}$`, 'm').exec(text) ?? [];
  if (!marks) throw new Error(`the runbook has no heading ${heading}`);
  const after = text.slice(text.indexOf(`${marks} ${heading}\n`) + marks.length + heading.length + 2);
  const end = new RegExp(`^#{1,${marks.length}} `, 'm').exec(after);
  return end ? after.slice(0, end.index) : after;
}

/** Fragments that lead to the sections of alarms. */
export function alarmSections(): string[] {
  return [...under(TEXT, ALARMS).matchAll(/^## (.*)$/gm)].map(([, heading]) => slug(heading!));
}
