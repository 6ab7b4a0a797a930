/** `limit` stands for the bound. */
const BOUNDS: Record<string, string> = {
  minItems: 'must have at least limit entries',
  maxItems: 'must have at most limit entries',
  minLength: 'must have at least limit characters',
  maxLength: 'must have at most limit characters',
  minProperties: 'must have at least limit members',
  maxProperties: 'must have at most limit members',
  minimum: 'must be at least limit',
  maximum: 'must be at most limit',
  exclusiveMinimum: 'must be more than limit',
  exclusiveMaximum: 'must be less than limit',
  multipleOf: 'must be a multiple of limit',
  uniqueItems: 'must not have the same entry twice',
};

/**
 * The fault of a value that breaks a bound of a JSON Schema, as the text after its path.
 * @param keyword of the schema @returns undefined for a keyword that is not a bound
 */
export function boundComplaint(keyword: string, limit: unknown): string | undefined {
  if (/^min(Items|Length|Properties)$/.test(keyword) && limit === 1) return 'must not be empty';
  return BOUNDS[keyword]?.replace('limit', String(limit));
}
