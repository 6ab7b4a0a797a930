import { readFileSync } from 'node:fs';
import { Failure, type FailureDetail, codeOf } from '@provisioning/errors';
import { cleanEnv, EnvMissingError, makeValidator, type CleanedEnv } from 'envalid';
import { parse as parseToml, TomlError } from 'smol-toml';
import { tomlFaultSentence } from '@provisioning/input/toml-fault';
import { withPresentNames } from './renamed-variables.js';
import { helpWith } from './toml-help.js';
import { withFiles } from './variable-files.js';

export { bool, str } from 'envalid';

type Environment = Record<string, string | undefined>;

/** A whole number within bounds. */
export const integer = (bounds: { min: number; max: number }) =>
  makeValidator((text) => {
    const value = /^-?\d+$/.test(text) ? Number(text) : NaN;
    if (!(value >= bounds.min && value <= bounds.max)) {
      throw new Error(
        `must be a whole number from ${bounds.min} to ${bounds.max}, not ${JSON.stringify(text)}`,
      );
    }
    return value;
  });

/** A TCP port; 0 lets the system choose a free one. */
export const port = integer({ min: 0, max: 65_535 });

/** A URL of one of the protocols (`postgres:`). The text of an invalid one is not shown: it may contain a password. */
export const urlOf = (...protocols: string[]) =>
  makeValidator((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url || !protocols.includes(url.protocol)) {
      throw new Error(`must be a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`);
    }
    return text;
  });

/** One of the words. */
export const oneOf = <Word extends string>(...words: readonly Word[]) =>
  makeValidator<Word>((text) => {
    const word = words.find((candidate) => candidate === text);
    if (word === undefined)
      throw new Error(`must be one of ${words.join(', ')}, not ${JSON.stringify(text)}`);
    return word;
  });

/** Words separated by commas; spaces around them are ignored. */
export const listOf = (check: (word: string) => string) =>
  makeValidator((text) =>
    text
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '')
      .map(check),
  );

/** A secret of at least 32 bytes. Its text is never shown. */
export const secretText = makeValidator((text) => {
  const bytes = Buffer.byteLength(text);
  if (bytes < 32)
    throw new Error(`must have at least 32 bytes, not ${bytes}: make one with openssl rand -base64 48`);
  return text;
});

/**
 * Reads and checks the configuration of one process: the environment first, then the TOML file that
 * PROVISIONING_CONFIG names (`orchestrator_port = 9090` stands for ORCHESTRATOR_PORT), then defaults.
 * An empty variable counts as absent. Each variable may also be given as a file with its value (NAME_FILE), and under its
 * former name ({@link RENAMED_VARIABLES}).
 * @throws Failure `invalid` with every fault in `details`, so that one start shows them all.
 */
export function readEnvironment<S extends Parameters<typeof cleanEnv>[1]>(
  environment: Environment = process.env,
  specification: S,
): CleanedEnv<S> {
  // Safe cast: a specification is an object.
  const names = Object.keys(specification as object);
  const given = [readConfigFile(environment['PROVISIONING_CONFIG']), withoutEmpty(environment)];
  const renamed = given.map((layer) => withPresentNames(layer, names));
  const layers = renamed.map((layer) => withFiles(layer.environment, names));
  const merged: Environment = Object.assign({}, ...layers.map((layer) => layer.environment));
  const details: FailureDetail[] = [...renamed, ...layers].flatMap(({ faults }) => faults);
  const oldNames = new Map(renamed.flatMap((layer) => [...layer.oldNames]));
  const cleaned = cleanEnv(merged, specification, {
    reporter: ({ errors }) => {
      for (const [name, error] of Object.entries<Error | undefined>(errors)) {
        // A value whose file cannot be read is one fault, not two.
        if (!error || details.some(({ path }) => path === `${name}_FILE`)) continue;
        details.push({
          path: oldNames.get(name) ?? name,
          message: faultOf(error, descriptionOf(specification, name)),
        });
      }
    },
  });
  if (details.length > 0) throw configurationFailure(details);
  // Safe cast: all faults were thrown above, so each variable has its type.
  return cleaned as CleanedEnv<S>;
}

function descriptionOf(specification: unknown, name: string): string | undefined {
  // Safe cast: a specification maps names to validators, which may have a description.
  return (specification as Record<string, { desc?: string } | undefined>)[name]?.desc;
}

/** A required variable is reported with its description, `desc`. */
function faultOf(error: Error, description: string | undefined): string {
  if (!(error instanceof EnvMissingError)) return error.message;
  return description === undefined ? 'is required' : `is required: ${description}`;
}

/** One sentence that names every variable with a fault. */
export function configurationFailure(details: FailureDetail[]): Failure {
  const faults = details.map(({ path, message }) => `${path} ${message.replace(/[.\s]+$/, '')}`).join('; ');
  return new Failure('invalid', `The configuration is wrong: ${faults}.`, { code: 'configuration', details });
}

function withoutEmpty(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
}

function readConfigFile(path: string | undefined): Environment {
  const scalars = Object.entries(parseConfigFile(path)).filter(([, value]) => typeof value !== 'object');
  return Object.fromEntries(scalars.map(([key, value]) => [key.toUpperCase(), String(value)]));
}

/**
 * A table of the TOML file in PROVISIONING_CONFIG (`[webhooks]`), not validated; undefined if it does not exist.
 * @throws Failure `invalid` if the file cannot be read or is not valid TOML
 */
export function readConfigTable(environment: Environment, name: string): Record<string, unknown> | undefined {
  const table = parseConfigFile(environment['PROVISIONING_CONFIG'])[name];
  // Safe cast: checked to be a table.
  return typeof table === 'object' && !Array.isArray(table) ? (table as Record<string, unknown>) : undefined;
}

function parseConfigFile(path: string | undefined): Record<string, unknown> {
  if (!path) return {};
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw configurationFailure([
      {
        path: 'PROVISIONING_CONFIG',
        message: `must name a file that this process can read, and ${path} is not one (${systemCodeOf(cause)})`,
      },
    ]);
  }
  try {
    return parseToml(text);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const { line, column } = cause;
    throw configurationFailure([
      {
        path: 'PROVISIONING_CONFIG',
        message: `must name a valid TOML file, and ${path}:${line}:${column} is not valid${helpWith(text, line, tomlFaultSentence(cause))}`,
        line,
        column,
      },
    ]);
  }
}

/** `ENOENT` and the like, for a sentence. */
function systemCodeOf(error: unknown): string {
  return codeOf(error) ?? 'for a reason that the system does not give';
}
