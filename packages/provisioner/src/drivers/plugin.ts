import type { Definitions, InstallOptions } from '../definitions/index.js';
import type { Driver } from './driver.js';
import type { Provider } from './providers.js';

/** A variable of the environment that configures a driver. */
export interface Variable {
  name: string;
  /** Its value never appears in anything that is printed. */
  secret: boolean;
  /** What it is, for whoever has to set it. */
  description: string;
}

/** What drivers are given besides their own configuration. */
export interface DriverServices {
  /** What can be installed on their servers. */
  definitions: Definitions;
  install: InstallOptions;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** How one provider is configured, and its driver made. Light: libraries are loaded by `create`. */
export interface DriverPlugin {
  readonly provider: Provider;
  readonly variables: readonly Variable[];
  /** Names of the variables that make it usable: all those of one of these lists. */
  readonly required: readonly (readonly [string, ...string[]])[];
  /** @throws DriverError if what the variables say makes no sense */
  create(env: Environment, services: DriverServices): Promise<Driver>;
}

/** What configures whatever is installed on servers, by which driver it may be. */
export const DRIVER_VARIABLES: readonly Variable[] = [
  {
    name: 'PROVISIONING_DOWNLOAD_BASE',
    secret: false,
    description:
      'fetch what task services download from <base>/<host>/<path> instead of from the host itself',
  },
];

/** @returns the variables that would make it usable, as a phrase; null if it is */
export function missingFor({ required }: DriverPlugin, env: Environment): string | null {
  const lacking = required.map((names) => names.filter((name) => !env[name]));
  if (lacking.some((names) => names.length === 0)) return null;
  return lacking.map((names) => names.join(' and ')).join(', or ');
}
