import { randomInt } from 'node:crypto';

/** What a run of the suite is told; `scripts/chaos.mjs` makes these variables of its options. */
export interface ChaosSettings {
  /** Length of all storms of the platform together. */
  minutes: number;
  seed: number;
  modes: readonly Mode[];
  /** The platform's storms are left out, the control's alone is run. */
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
