import { homedir } from 'node:os';
import { join } from 'node:path';

/** Configuration from environment variables; undefined if not set. */
export interface Environment {
  url: string | undefined;
  controlCenterUrl: string | undefined;
  token: string | undefined;
  profile: string | undefined;
  /** Path of the file that stores profiles and their tokens. */
  profilesFile: string;
  color: boolean | undefined;
}

/** Reads the environment variables of provctl. Command line options take precedence. */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  const configHome = env['XDG_CONFIG_HOME'] || join(homedir(), '.config');
  return {
    url: env['PROVISIONING_URL'] || undefined,
    controlCenterUrl: env['PROVISIONING_CONTROL_CENTER_URL'] || undefined,
    token: env['PROVISIONING_TOKEN'] || undefined,
    profile: env['PROVISIONING_PROFILE'] || undefined,
    profilesFile: join(configHome, 'provisioning', 'profiles.json'),
    // https://no-color.org: any non-empty value disables colours.
    color: env['NO_COLOR'] ? false : env['FORCE_COLOR'] ? true : undefined,
  };
}
