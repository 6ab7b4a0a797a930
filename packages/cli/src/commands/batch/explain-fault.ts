import { boundComplaint } from '@provisioning/command-line';
import type { ErrorDetail } from '@provisioning/contracts';

/** An error of the library that checks schemas; its own message is for programmers. */
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

/** Faults as the writer of a batch has to know them: one for each member that is missing, unknown or wrong. */
export function explainFaults({ keyword, instancePath, params }: SchemaError): ErrorDetail[] {
  const path = placeOf(instancePath);
  const member = (name: string) => (path === '' ? name : `${path}.${name}`);
  const { requiredProperties, additionalProperties, allowedValues, type, limit, pattern } = params as Record<
    string,
    unknown
  >;
  switch (keyword) {
    case 'required':
      return namesIn(requiredProperties).map((name) => ({ path: member(name), message: 'is missing' }));
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return namesIn(additionalProperties).map((name) => ({
        path: member(name),
        message: 'is not known here',
      }));
    // Said of the member itself already.
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
      return [
        { path, message: 'lacks a member that its type needs, or has one that its type does not allow' },
      ];
    default:
      return [{ path, message: boundComplaint(keyword, limit) ?? 'is not allowed as it is written' }];
  }
}

/** Of names, which are all that has a pattern in a batch. */
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
