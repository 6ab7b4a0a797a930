import { homedir } from 'node:os';
import { join } from 'node:path';

export interface Environment {
  url: string | undefined;
  controlCenterUrl: string | undefined;
  token: string | undefined;
  profile: string | undefined;
  /** Where profiles and their tokens are kept. */
  profilesFile: string;
  color: boolean | undefined;
}

/** What the environment says; options of the command line go before it. */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  const configHome = env['XDG_CONFIG_HOME'] || join(homedir(), '.config');
  return {
    url: env['PROVISIONING_URL'] || undefined,
    controlCenterUrl: env['PROVISIONING_CONTROL_CENTER_URL'] || undefined,
    token: env['PROVISIONING_TOKEN'] || undefined,
    profile: env['PROVISIONING_PROFILE'] || undefined,
    profilesFile: join(configHome, 'provisioning', 'profiles.json'),
    // https://no-color.org: anything but an empty text turns colours off.
    color: env['NO_COLOR'] ? false : env['FORCE_COLOR'] ? true : undefined,
  };
}
