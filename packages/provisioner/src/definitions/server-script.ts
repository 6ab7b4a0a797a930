import { readFileSync } from 'node:fs';
import type { Phase, Scripts, Timeouts } from './definition.js';

const shell = (name: string) => readFileSync(new URL(`../../shell/${name}`, import.meta.url), 'utf8');
let engine: string | undefined;
let helpers: string | undefined;

/** A command for the engine of `shell/engine.sh`. */
export interface Command {
  /** A function of the engine, with its arguments. */
  call: string;
  scripts?: Partial<Scripts>;
  /** Texts of files that the engine writes: `record`, `tombstone`. */
  files?: Partial<Record<'record' | 'tombstone', string>>;
}

/** The complete script that runs on a server. @param fence a word that none of the texts contains */
export function scriptText({ call, scripts = {}, files = {} }: Command, fence: string): string {
  engine ??= shell('engine.sh');
  helpers ??= shell('helpers.sh');
  const texts = Object.entries({ helpers, ...scripts, ...files });
  const puts = texts.map(
    ([name, text]) => `put ${name} <<'${fence}'\n${text.replace(/\n?$/, '\n')}${fence}\n`,
  );
  return `${engine}\n${puts.join('\n')}\n${call}\nsay end\n`;
}

// The time to wait while another process installs something on the same server.
/** How long a run waits for the lock of a server, in seconds. */
export const LOCK_SECONDS = 300;

/** The time limit of a run, in milliseconds: the limits of its phases, one after the other. */
export function timeoutOf(timeouts: Timeouts, phases: readonly Phase[]): number {
  return phases.reduce((sum, phase) => sum + timeouts[phase] + 15, LOCK_SECONDS + 30);
}
