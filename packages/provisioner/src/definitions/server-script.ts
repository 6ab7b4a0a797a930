import { readFileSync } from 'node:fs';
import type { Phase, Scripts, Timeouts } from './definition.js';

const shell = (name: string) => readFileSync(new URL(`../../shell/${name}`, import.meta.url), 'utf8');
let engine: string | undefined;
let helpers: string | undefined;

/** What the engine in `shell/engine.sh` is to do, and with what. */
export interface Command {
  /** A function of the engine, with its arguments. */
  call: string;
  scripts?: Partial<Scripts>;
  /** Texts of files that the engine works with: `record`, `tombstone`. */
  files?: Partial<Record<'record' | 'tombstone', string>>;
}

/** The whole of what is run on a server. @param fence a word that is in none of the texts */
export function scriptText({ call, scripts = {}, files = {} }: Command, fence: string): string {
  engine ??= shell('engine.sh');
  helpers ??= shell('helpers.sh');
  const texts = Object.entries({ helpers, ...scripts, ...files });
  const puts = texts.map(
    ([name, text]) => `put ${name} <<'${fence}'\n${text.replace(/\n?$/, '\n')}${fence}\n`,
  );
  return `${engine}\n${puts.join('\n')}\n${call}\nsay end\n`;
}

// Waiting for whoever else installs something on that server.
export const LOCK_SECONDS = 300;

/** Until when a run must have ended: what its phases may take, one after the other. */
export function timeoutOf(timeouts: Timeouts, phases: readonly Phase[]): number {
  return phases.reduce((sum, phase) => sum + timeouts[phase] + 15, LOCK_SECONDS + 30);
}
