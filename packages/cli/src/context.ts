import { ProvisioningClient } from '@provisioning/client';
import type { Command } from 'commander';
import { addressOf, firstOf, given, tokenOf, type Given } from './addresses.js';
import type { Environment } from './config.js';
import type { ExitCode } from './exit-code.js';
import { Printer, type Format } from './output/printer.js';
import { ProfileStore, type Profile } from './profile/profile-store.js';
import type { Terminal } from './terminal.js';

/** The options of every command. `timeout` is in seconds. */
export interface GlobalOptions {
  output: Format;
  profile?: string;
  url?: string;
  controlCenterUrl?: string;
  timeout?: number;
}

const DEFAULT_URL = 'http://localhost:9090';
const DEFAULT_CONTROL_CENTER_URL = 'http://localhost:9080';

/** What a command needs: terminal, printer, client and profile. */
export interface Context {
  terminal: Terminal;
  printer: Printer;
  client: ProvisioningClient;
  profiles: ProfileStore;
  profileName: string;
  profile: Profile;
}

/** The implementation of a command. It returns the exit code; default 0. */
export type Act<Args extends unknown[]> = (
  context: Context,
  ...args: Args
) => Promise<ExitCode> | Promise<void>;

/** Adapts implementations of commands to commander: creates their context and keeps their exit code. */
export class Actions {
  exitCode: ExitCode = 0;

  constructor(
    private readonly terminal: Terminal,
    private readonly environment: Environment,
  ) {}

  of<Args extends unknown[]>(act: Act<Args>) {
    return async (...given: unknown[]): Promise<void> => {
      // Safe cast: commander passes the declared arguments and options, and the command last.
      const command = given.at(-1) as Command;
      const context = await this.#contextOf(command.optsWithGlobals<GlobalOptions>());
      // Safe cast: commander passes the arguments that the command declares.
      this.exitCode = (await act(context, ...(given.slice(0, -1) as Args))) ?? 0;
    };
  }

  async #contextOf(options: GlobalOptions): Promise<Context> {
    const { environment, terminal } = this;
    const profiles = new ProfileStore(environment.profilesFile);
    const stored = await profiles.read();
    const profileName = options.profile ?? environment.profile ?? stored.current;
    const kept = stored.profiles[profileName];
    const ofProfile = `the profile ${JSON.stringify(profileName)} in ${environment.profilesFile}`;
    const url =
      addressIn(
        DEFAULT_URL,
        given(options.url, '--url'),
        given(environment.url, 'PROVISIONING_URL'),
        given(kept?.url, `url of ${ofProfile}`),
      ) ?? DEFAULT_URL;
    // The stored token is sent only to the stored URL.
    const isKept = kept !== undefined && url === kept.url;
    const controlCenterUrl = addressIn(
      DEFAULT_CONTROL_CENTER_URL,
      given(options.controlCenterUrl, '--control-center-url'),
      given(environment.controlCenterUrl, 'PROVISIONING_CONTROL_CENTER_URL'),
      given(isKept ? kept.controlCenterUrl : undefined, `controlCenterUrl of ${ofProfile}`),
    );
    const sameCenter = isKept && controlCenterUrl === kept.controlCenterUrl;
    const token = firstOf(
      given(environment.token, 'PROVISIONING_TOKEN'),
      given(sameCenter ? kept.token : undefined, `token of ${ofProfile}`),
    );
    const client = new ProvisioningClient(url, token && tokenOf(token), {
      headers: { 'User-Agent': 'provctl' },
      ...(controlCenterUrl === undefined ? {} : { controlCenterUrl }),
      ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
    });
    return {
      terminal,
      printer: new Printer(terminal, options.output, environment.color),
      client,
      profiles,
      profileName,
      profile: {
        ...(sameCenter ? kept : {}),
        url,
        ...(controlCenterUrl === undefined ? {} : { controlCenterUrl }),
      },
    };
  }
}

function addressIn(example: string, ...candidates: readonly (Given | undefined)[]): string | undefined {
  const first = firstOf(...candidates);
  return first && addressOf(first, example);
}
