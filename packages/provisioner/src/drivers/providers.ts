/** The providers that settings may name. */
export const PROVIDERS = ['local', 'upcloud', 'aws', 'docker', 'ssh'] as const;

/** A provider that exists for tests and benchmarks alone: settings cannot name it. */
export const TEST_PROVIDER = 'noop';

export type Provider = (typeof PROVIDERS)[number] | typeof TEST_PROVIDER;
