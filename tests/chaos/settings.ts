import { randomInt } from 'node:crypto';

/** The settings of a run of the suite; `scripts/chaos.mjs` turns its options into these variables. */
export interface ChaosSettings {
  /** Length of all storms of the platform together. */
  minutes: number;
  seed: number;
  modes: readonly Mode[];
  /** Runs only the control's storm. */
  controlOnly: boolean;
  writeReport: boolean;
}

export type Mode = 'without Redis' | 'with Redis';

const DEFAULT_MINUTES = 0.7;

export function readSettings(environment: NodeJS.ProcessEnv = process.env): ChaosSettings {
  const only = environment['CHAOS_REDIS'];
  return {
    minutes: Number(environment['CHAOS_MINUTES'] ?? DEFAULT_MINUTES),
    seed: Number(environment['CHAOS_SEED'] ?? randomInt(1, 2 ** 31)),
    modes:
      only === undefined
        ? ['without Redis', 'with Redis']
        : [only === 'yes' ? 'with Redis' : 'without Redis'],
    controlOnly: environment['CHAOS_CONTROL_ONLY'] === 'yes',
    writeReport: environment['CHAOS_WRITE_REPORT'] === 'yes',
  };
}
