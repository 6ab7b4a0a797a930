import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const REPOSITORY = join(import.meta.dirname, '../..');
/** Below node_modules: nothing else compiles or lints what is here. */
const CACHE = join(REPOSITORY, 'tests/node_modules/.cache');

/** A value and the type that it must have; a member that the type does not have is a fault as well. */
export interface TypedValue {
  value: unknown;
  type: string;
  /** The module that exports the type. */
  from: string;
}

/**
 * Compares values with types by the compiler.
 * @returns what the compiler says, a line for each fault
 */
export function typeFaults(values: readonly TypedValue[]): string[] {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'types-'));
  try {
    const imports = values.map(({ type, from }, n) => `import type { ${type} as T${n} } from '${from}';`);
    const constants = values.map(
      ({ value }, n) => `export const v${n} = ${JSON.stringify(value, null, 2)} satisfies T${n};`,
    );
    writeFileSync(join(folder, 'values.ts'), [...imports, ...constants].join('\n'));
    const { status, stdout } = spawnSync(
      process.execPath,
      [
        join(REPOSITORY, 'node_modules/typescript-native/bin/tsc'),
        ...['--noEmit', '--strict', '--skipLibCheck', '--ignoreConfig', '--pretty', 'false'],
        ...['--module', 'esnext', '--moduleResolution', 'bundler', '--target', 'es2022', '--types', ''],
        join(folder, 'values.ts'),
      ],
      { encoding: 'utf8', cwd: folder },
    );
    return status === 0 ? [] : stdout.split('\n').filter((line) => line.trim() !== '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
