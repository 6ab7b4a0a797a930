import { celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import { LIMITS } from '../limits.js';
import { NEVER } from './attributes.js';
import { regexSteps } from './regex-steps.js';
import { stringLiteral, type Call, type Expr } from './syntax-tree.js';
import { timeFunctions } from './time-functions.js';
import { isTimePart } from './vocabulary.js';

/** The most steps that all regular expressions of one condition may have together. */
export class PatternBudget {
  private steps = 0;

  /** @returns the number of steps so far. */
  spend(pattern: string): number {
    return (this.steps += regexSteps(pattern));
  }
}

/**
 * For a call to a known function: arguments that must be literals are evaluated once, here, to see whether they can be
 * read.
 */
export function faultOfArguments(
  { function: name, args }: Call,
  patterns: PatternBudget,
): string | undefined {
  const literal = stringLiteral(args.at(-1));
  if (name === 'matches') return faultOfPattern(literal, patterns);
  if (name === '_[_]') return faultOfKey(args[1]);
  const kind = isTimePart(name) && args.length > 0 ? 'time zone' : name;
  return kind === 'timestamp' || kind === 'duration' || kind === 'time zone'
    ? faultOfLiteral(kind, literal)
    : undefined;
}

function faultOfPattern(pattern: string | undefined, patterns: PatternBudget): string | undefined {
  if (pattern === undefined) return 'matches takes a regular expression that is written out';
  if (pattern.length > LIMITS.pattern) {
    return `a regular expression has ${LIMITS.pattern} characters at most, this one ${pattern.length}`;
  }
  const steps = patterns.spend(pattern);
  if (steps > LIMITS.patternSteps) {
    return (
      `the regular expressions of this condition take ${steps} steps with their repetitions multiplied out: ` +
      `${LIMITS.patternSteps} at most`
    );
  }
  const fault = tryOut("''.matches(text)", pattern);
  return fault === undefined
    ? undefined
    : `this is no regular expression of RE2: ${fault.replace(/^error parsing regexp: /, '')}`;
}

/** By function: what is evaluated to see whether a literal can be read, and an example of a valid one. */
const LITERALS = {
  timestamp: { trial: 'timestamp(text) != null', example: '2026-01-31T00:00:00Z' },
  duration: { trial: 'duration(text) != null', example: '90m' },
  'time zone': { trial: "timestamp('2026-01-31T00:00:00Z').getHours(text) >= 0", example: 'Europe/Berlin' },
};

function faultOfLiteral(kind: keyof typeof LITERALS, literal: string | undefined): string | undefined {
  const { trial, example } = LITERALS[kind];
  if (literal === undefined) return `the ${kind} has to be written out, as in '${example}'`;
  const isGood = tryOut(trial, literal) === undefined && (kind !== 'timestamp' || isDayOfCalendar(literal));
  return isGood ? undefined : `${JSON.stringify(literal)} is no ${kind}: write it as in '${example}'`;
}

/** The library reads 30 February as 2 March. */
function isDayOfCalendar(timestamp: string): boolean {
  const day = timestamp.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10) === day;
}

function faultOfKey(key: Expr | undefined): string | undefined {
  const constant = key?.exprKind.case === 'constExpr' ? key.exprKind.value.constantKind : undefined;
  if (constant?.case === 'stringValue') {
    return NEVER.includes(constant.value) ? `there is no attribute ${constant.value}` : undefined;
  }
  return constant?.case === 'int64Value' ? undefined : 'what is in brackets has to be written out';
}

const env = celEnv({ funcs: timeFunctions });

function tryOut(trial: string, text: string): string | undefined {
  const result = plan(env, parse(trial))({ text });
  return isCelError(result) ? result.message : undefined;
}
