import { boundComplaint } from '@provisioning/command-line';
import { nearest } from '@provisioning/input';
import type { ErrorObject } from 'ajv';
import { describeValue, quoteValue } from './describe-value.js';

/** A fault of a file in words. */
export interface ExplainedFault {
  path: (string | number)[];
  /** Whether the fault is in the last name of the path, not in its value. */
  ofName: boolean;
  /** The text after the path: `must be a string, got a number`. */
  complaint: string;
  hint: string | undefined;
}

/** Explains a fault of ajv (compiled with `verbose`) to the author of a settings file or a definition. */
export function explainFault(error: ErrorObject): ExplainedFault {
  const path = pathOf(error.instancePath);
  // Safe cast: the schema of settings, whose members may have hints.
  const schema = error.parentSchema as
    { hint?: string; properties?: Record<string, { hint?: string }> } | undefined;
  const fault = (complaint: string, hint = schema?.hint): ExplainedFault => ({
    path,
    ofName: false,
    complaint,
    hint,
  });
  switch (error.keyword) {
    case 'type':
      return fault(`must be ${kindName(error.params['type'])}, got ${gotten(error)}`);
    case 'required': {
      const missing = String(error.params['missingProperty']);
      return {
        ...fault('is required', schema?.properties?.[missing]?.hint),
        path: [...path, missing],
      };
    }
    case 'additionalProperties': {
      const name = String(error.params['additionalProperty']);
      const known = Object.keys(schema?.properties ?? {});
      const meant = nearest(name, known);
      const list = known.length === 0 ? schema?.hint : `Known fields: ${known.join(', ')}.`;
      return {
        path: [...path, name],
        ofName: true,
        complaint: 'is not a known field',
        hint: meant === undefined ? list : `Did you mean "${meant}"?`,
      };
    }
    case 'enum':
      return {
        ...fault(`must be one of ${allowed(error)}, got ${quoteValue(error.data)}`),
        hint: undefined,
      };
    case 'pattern':
      return fault(
        typeof error.data === 'string'
          ? `cannot be ${quoteValue(error.data)}`
          : `must be a string, got ${describeValue(error.data)}`,
      );
    default: {
      const rule = boundComplaint(error.keyword, error.params['limit']) ?? 'is not valid';
      return fault(typeof error.data === 'number' ? `${rule}, got ${error.data}` : rule);
    }
  }
}

function allowed({ params }: ErrorObject): string {
  const values: unknown = params['allowedValues'];
  return Array.isArray(values) ? values.map((value) => JSON.stringify(value)).join(', ') : 'the known values';
}

function gotten({ data, params }: ErrorObject): string {
  return params['type'] === 'integer' && typeof data === 'number' ? String(data) : describeValue(data);
}

function kindName(type: unknown): string {
  const names: Record<string, string> = { object: 'a record', array: 'a list', integer: 'a whole number' };
  return names[String(type)] ?? `a ${String(type)}`;
}

/** The steps of a JSON pointer. Digits are indexes, except below `labels`, the only record with names of digits. */
function pathOf(pointer: string): (string | number)[] {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return steps.map((step, index) =>
    /^\d+$/.test(step) && steps[index - 1] !== 'labels' ? Number(step) : step,
  );
}
