import type { Definitions, InstallOptions } from '../definitions/index.js';
import type { Driver } from './driver.js';
import type { Provider } from './providers.js';

/** An environment variable that configures a driver. */
export interface Variable {
  name: string;
  /** Its value never appears in output. */
  secret: boolean;
  /** Its meaning, for the operator who sets it. */
  description: string;
}

/** What drivers receive besides their own configuration. */
export interface DriverServices {
  /** The definitions of what can be installed on their servers. */
  definitions: Definitions;
  install: InstallOptions;
}

/** The environment of the process, or a part of it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration of one provider, and its driver's factory. It is light: libraries are loaded by `create`. */
export interface DriverPlugin {
  readonly provider: Provider;
  readonly variables: readonly Variable[];
  /** The variables that configure it: all variables of one of these lists. */
  readonly required: readonly (readonly [string, ...string[]])[];
  /** @throws DriverError if the values of the variables are not valid */
  create(env: Environment, services: DriverServices): Promise<Driver>;
}

/** The variables that configure what is installed on servers, for any driver. */
export const DRIVER_VARIABLES: readonly Variable[] = [
  {
    name: 'PROVISIONING_DOWNLOAD_BASE',
    secret: false,
    description:
      'fetch what task services download from <base>/<host>/<path> instead of from the host itself',
  },
];

/** @returns the missing variables, as a phrase; null if it is configured */
export function missingFor({ required }: DriverPlugin, env: Environment): string | null {
  const lacking = required.map((names) => names.filter((name) => !env[name]));
  if (lacking.some((names) => names.length === 0)) return null;
  return lacking.map((names) => names.join(' and ')).join(', or ');
}
