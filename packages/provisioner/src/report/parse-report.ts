import {
  ACTS,
  MAX_REPORT_BYTES,
  PLANNED_CHANGES,
  RESOURCE_ACTIONS,
  STEP_STATES,
  type PlannedReport,
  type Report,
  type ResourceReport,
  type StepReport,
} from './types.js';

type Members = Record<string, unknown>;

const MAX_STEPS = 1_000_000;
const MAX_NAME = 256;

/**
 * Parses one line of a report file. Any program may have written the file, so nothing in it is trusted: only the known
 * members of a known type are read, and each is checked.
 * @returns null for a line that is too long, malformed or of an unknown type
 */
export function parseReport(line: string): Report | null {
  if (line.length > MAX_REPORT_BYTES || Buffer.byteLength(line) > MAX_REPORT_BYTES) return null;
  let members: unknown;
  try {
    members = JSON.parse(line);
  } catch {
    return null;
  }
  return isRecord(members) ? parseMembers(members) : null;
}

function parseMembers(members: Members): Report | null {
  const { type, steps, message, data } = members;
  switch (type) {
    case 'plan':
      return isCount(steps) ? { type, steps } : null;
    case 'planned':
      return parsePlanned(members);
    case 'step':
      return parseStep(members);
    case 'resource':
      return parseResource(members);
    case 'intent': {
      const resource = parseResource(members);
      const action = ACTS.find((act) => act === resource?.action);
      return resource && action ? { ...resource, type, action } : null;
    }
    case 'result':
      return isText(message) ? { type, message, ...(data === undefined ? {} : { data }) } : null;
    case 'error':
      return isText(message) ? { type, message } : null;
    default:
      return null;
  }
}

function parseStep({ name, state, index, total }: Members): StepReport | null {
  if (!isName(name) || !isOneOf(STEP_STATES, state)) return null;
  if (!isOptionalCount(index) || !isOptionalCount(total)) return null;
  return {
    type: 'step',
    name,
    state,
    ...(index === undefined ? {} : { index }),
    ...(total === undefined ? {} : { total }),
  };
}

function parsePlanned(members: Members): PlannedReport | null {
  const { change, kind, name, infra, provider = null, before = null, after = null } = members;
  if (!isOneOf(PLANNED_CHANGES, change) || !isName(kind) || !isName(name) || !isName(infra)) return null;
  if (provider !== null && !isName(provider)) return null;
  if (!isRecordOrNull(before) || !isRecordOrNull(after)) return null;
  return { type: 'planned', change, kind, name, infra, provider, before, after };
}

function parseResource(members: Members): ResourceReport | null {
  const { kind, name, infra, action, driver = null, before = null, after = null } = members;
  if (!isName(kind) || !isName(name) || !isName(infra) || !isOneOf(RESOURCE_ACTIONS, action)) return null;
  if (driver !== null && !isName(driver)) return null;
  if (!isRecordOrNull(before) || !isRecordOrNull(after)) return null;
  return { type: 'resource', kind, name, infra, action, driver, before, after };
}

function isRecord(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRecordOrNull(value: unknown): value is Members | null {
  return value === null || isRecord(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isName(value: unknown): value is string {
  return isText(value) && value.length <= MAX_NAME;
}

function isCount(value: unknown): value is number {
  // Safe cast: an integer is a number.
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_STEPS;
}

function isOptionalCount(value: unknown): value is number | undefined {
  return value === undefined || isCount(value);
}

function isOneOf<T extends string>(known: readonly T[], value: unknown): value is T {
  // Safe cast: includes compares, and another value is not found.
  return (known as readonly unknown[]).includes(value);
}
