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

/** What is pasted once before all else, but for the stage's own values. */
export const PREAMBLE = blocksOf(TEXT.slice(0, TEXT.indexOf(`# ${ALARMS}`)))[1]!;

/** Commands of an alarm's section: to check, to do, and to see that it is over. */
export function commandsOf(section: string): { check: string; remedy: string; over: string } {
  const heading = headingsIn(under(TEXT, ALARMS)).find((each) => slug(each) === section);
  if (!heading) throw new Error(`the runbook has no section ${section}`);
  const [, noticed, check, remedy, over] =
    /([\s\S]*)\*\*Check\*\*([\s\S]*)\*\*Do\*\*([\s\S]*)\*\*Over\*\*([\s\S]*)/.exec(under(TEXT, heading)) ?? [];
  if (!noticed?.includes('**Noticed**')) throw new Error(`${heading} does not say what is noticed`);
  const inline = [...over!.matchAll(/`((?:ask|runs|errors|call|aws) ?[^`]*)`/g)].map(([, command]) => command!);
  return {
    check: blocksOf(check!).join('\n'),
    remedy: blocksOf(remedy!).join('\n'),
    over: [...inline, ...blocksOf(over!)].join('\n'),
  };
}

/** The commands of a section of what is done by hand, block by block; the values to set first are a block of their own. */
export function stepsOf(heading: string): string[] {
  return blocksOf(under(under(TEXT, 'By hand'), heading));
}

/** Fragments that lead to the sections of alarms. */
export function alarmSections(): string[] {
  return headingsIn(under(TEXT, ALARMS)).map(slug);
}

function headingsIn(text: string): string[] {
  return [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading!);
}

function blocksOf(text: string): string[] {
  return [...text.matchAll(/^```bash\n([\s\S]*?)^```$/gm)].map(([, block]) => block!);
}
