/** The providers that settings may name. */
export const PROVIDERS = ['local', 'upcloud', 'aws', 'docker', 'ssh'] as const;

/** A provider for tests and benchmarks only: settings cannot name it. */
export const TEST_PROVIDER = 'noop';

/** The name of a provider. */
export type Provider = (typeof PROVIDERS)[number] | typeof TEST_PROVIDER;
