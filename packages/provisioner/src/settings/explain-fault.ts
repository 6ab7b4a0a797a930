import { boundComplaint } from '@provisioning/command-line';
import type { ErrorObject } from 'ajv';
import { describeValue, quoteValue } from './describe-value.js';

export interface ExplainedFault {
  path: (string | number)[];
  /** Whether the fault is the name of the last step, not its value. */
  ofName: boolean;
  /** What follows the path: `must be a string, got a number`. */
  complaint: string;
  hint: string | undefined;
}

/** Turns what ajv found (with `verbose`) into what the writer of a settings file has to know. */
export function explainFault(error: ErrorObject): ExplainedFault {
  const path = pathOf(error.instancePath);
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
      return fault(`lacks "${missing}"`, schema?.properties?.[missing]?.hint);
    }
    case 'additionalProperties': {
      const known = Object.keys(schema?.properties ?? {}).join(', ');
      const hint = known === '' ? schema?.hint : `There are: ${known}.`;
      return {
        path: [...path, String(error.params['additionalProperty'])],
        ofName: true,
        complaint: 'is not a known field',
        hint,
      };
    }
    case 'enum':
    case 'pattern':
      return fault(
        typeof error.data === 'string'
          ? `cannot be ${quoteValue(error.data)}`
          : `must be a string, got ${describeValue(error.data)}`,
      );
    case 'minimum':
    case 'maximum':
      return fault(`must be ${error.message?.replace(/^must be /, '')}, got ${quoteValue(error.data)}`);
    default:
      return fault(boundComplaint(error.keyword, error.params['limit']) ?? 'is not valid');
  }
}

function gotten({ data, params }: ErrorObject): string {
  return params['type'] === 'integer' && typeof data === 'number' ? String(data) : describeValue(data);
}

function kindName(type: unknown): string {
  const names: Record<string, string> = { object: 'a record', array: 'a list', integer: 'a whole number' };
  return names[String(type)] ?? `a ${String(type)}`;
}

/** A JSON pointer as steps; digits are indexes, for no record of ours has names of digits alone but labels. */
function pathOf(pointer: string): (string | number)[] {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return steps.map((step, index) =>
    /^\d+$/.test(step) && steps[index - 1] !== 'labels' ? Number(step) : step,
  );
}
