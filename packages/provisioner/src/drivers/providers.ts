/** The providers that settings may name. */
export const PROVIDERS = ['local', 'upcloud', 'aws'] as const;

export type Provider = (typeof PROVIDERS)[number];
