/** Kinds of options a command may have. A camelCase name becomes a flag: `timeZone` is `--time-zone`. */
import { InvalidArgumentError } from 'commander';

export interface OptionSpec<T> {
  description: string;
  /** Name of the value in the help; absent: a switch. */
  value?: string;
  default?: T;
  defaultShown?: string;
  choices?: readonly string[];
  required?: boolean;
  parse?: (text: string, previous: unknown) => unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: options of all types in one record.
export type OptionSpecs = Record<string, OptionSpec<any>>;

/** The parsed options of a command. */
export type Values<S extends OptionSpecs> = { [K in keyof S]: S[K] extends OptionSpec<infer T> ? T : never };

interface More<T> {
  default?: T;
  required?: boolean;
}

/** The type of an option: always there with a default or when required. */
type Given<T, M extends More<T>> = M extends { default: T } | { required: true } ? T : T | undefined;

export function text<const M extends More<string>>(
  value: string,
  description: string,
  more?: M,
): OptionSpec<Given<string, M>> {
  return { value, description, ...more } as OptionSpec<Given<string, M>>;
}

/** A whole number between `min` and `max`, both included. */
export function integer<const M extends More<number> & { min?: number; max?: number }>(
  value: string,
  description: string,
  more?: M,
): OptionSpec<Given<number, M>> {
  const min = more?.min ?? 0;
  const max = more?.max ?? Number.MAX_SAFE_INTEGER;
  return {
    value,
    description,
    default: more?.default,
    required: more?.required,
    parse(given: string) {
      const number = Number(given);
      if (!/^-?\d+$/.test(given) || number < min || number > max) {
        const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `between ${min} and ${max}`;
        throw new InvalidArgumentError(`It must be a whole number ${range}.`);
      }
      return number;
    },
  } as OptionSpec<Given<number, M>>;
}

/** A number above nought, or `inf`. */
export function positive(value: string, description: string): OptionSpec<number | undefined> {
  return {
    value,
    description,
    parse(given: string) {
      const number = given === 'inf' ? Number.POSITIVE_INFINITY : Number(given);
      if (!(number > 0)) throw new InvalidArgumentError('It must be a number above 0.');
      return number;
    },
  };
}

export function flag(description: string): OptionSpec<boolean | undefined> {
  return { description };
}

export function choice<const C extends readonly string[], const M extends More<C[number]>>(
  value: string,
  choices: C,
  description: string,
  more?: M,
): OptionSpec<Given<C[number], M>> {
  return { value, description, choices, ...more } as OptionSpec<Given<C[number], M>>;
}

/** Comma-separated texts; the option may also be given several times. */
export function list(value: string, description: string): OptionSpec<string[] | undefined> {
  return {
    value,
    description,
    parse: (given, previous) => [...((previous as string[] | undefined) ?? []), ...given.split(',').filter(Boolean)],
  };
}

/** `--data`: the data folder of a local system. Pass it through `context.resolve`. */
export const dataOption = text('FOLDER', 'data folder of the local system', { default: '.buy-timing' });
