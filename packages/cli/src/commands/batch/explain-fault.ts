import { boundComplaint } from '@provisioning/command-line';
import type { ErrorDetail } from '@provisioning/contracts';

/** An error of the schema validator. Its own message is not shown: it is written for programmers. */
export interface SchemaError {
  keyword: string;
  instancePath: string;
  params: object;
}

const KINDS: Record<string, string> = {
  string: 'a text',
  array: 'a list',
  object: 'an object',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
};

/** Translates a schema error to faults: one for each missing, unknown or invalid field. */
export function explainFaults({ keyword, instancePath, params }: SchemaError): ErrorDetail[] {
  const path = placeOf(instancePath);
  const member = (name: string) => (path === '' ? name : `${path}.${name}`);
  // Safe cast: the validator gives an object; each member is checked before it is used.
  const { requiredProperties, additionalProperties, allowedValues, type, limit, pattern } = params as Record<
    string,
    unknown
  >;
  switch (keyword) {
    case 'required':
      return namesIn(requiredProperties).map((name) => ({ path: member(name), message: 'is required' }));
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return namesIn(additionalProperties).map((name) => ({
        path: member(name),
        message: 'is not a known field',
      }));
    // Another error reports the field itself.
    case 'boolean':
    case 'propertyNames':
      return [];
    case 'enum':
      return [
        {
          path,
          message: `must be one of ${namesIn(allowedValues)
            .map((name) => `"${name}"`)
            .join(', ')}`,
        },
      ];
    case 'type':
      return [{ path, message: `must be ${[type].flat().map(kindName).join(' or ')}` }];
    case 'pattern':
      return [{ path, message: nameRule(String(pattern)) }];
    case 'if':
      return [{ path, message: 'must have the fields that its type requires, and none of another type' }];
    default:
      return [{ path, message: boundComplaint(keyword, limit) ?? 'is not valid' }];
  }
}

/** Describes the pattern of a name; no other field of a batch has a pattern. */
function nameRule(pattern: string): string {
  const slash = pattern.includes('/') ? '"/", ' : '';
  return `must start with a letter or digit and contain only letters, digits, ${slash}".", "_" and "-" (63 characters at most)`;
}

function kindName(type: unknown): string {
  return KINDS[String(type)] ?? String(type);
}

function namesIn(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** `/operations/0/id` as `operations[0].id`. */
function placeOf(pointer: string): string {
  return pointer
    .slice(1)
    .split('/')
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
}
