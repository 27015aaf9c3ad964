/** Runs `cli/commands/NAME.ts` with the arguments after NAME. Only that one command is loaded, so that it starts fast. */
import type { CommandDefinition } from './framework.ts';

const COMMANDS = [
  'start',
  'test',
  'check',
  'import',
  'nightly',
  'scores',
  'simulate',
  'prior',
  'export',
  'train',
  'backtest',
  'promote',
  'rollback',
  'privacy-audit',
  'public',
  'keys',
  'erase',
  'rebuild',
  'cost',
  'bench',
  'sbom',
  'synth',
  'openapi',
];

// A reader that went away (`… | head`) ends the command quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const [name = '', ...args] = process.argv.slice(2);
process.exit(await dispatch());

async function dispatch(): Promise<number> {
  if (!COMMANDS.includes(name)) {
    const asked = name && name !== '--help' ? `there is no command "${name}"` : 'usage: npm run NAME -- [options]';
    process.stderr.write(`${asked}; NAME is one of: ${COMMANDS.join(', ')}\n`);
    return name === '--help' ? 0 : 2;
  }
  const { runCommand } = await import('./framework.ts');
  const module: { default: CommandDefinition } = await import(`./commands/${name}.ts`);
  const code = await runCommand(module.default, args);
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise<void>((done) => stream.write('', () => done()))),
  );
  return code;
}
