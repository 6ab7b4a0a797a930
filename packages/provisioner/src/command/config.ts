/** What the environment says beside the options; those that have an option are named there. */
export interface CommandEnvironment {
  /** The file that takes the reports (docs/how-to/report-progress.md). */
  events: string | undefined;
  /** The same for every attempt at one piece of work. */
  idempotencyKey: string | undefined;
  production: boolean;
}

export function readEnvironment(env: NodeJS.ProcessEnv): CommandEnvironment {
  return {
    events: env['PROVISIONING_EVENTS'] || undefined,
    idempotencyKey: env['PROVISIONING_IDEMPOTENCY_KEY'] || undefined,
    production: env['NODE_ENV'] === 'production',
  };
}
