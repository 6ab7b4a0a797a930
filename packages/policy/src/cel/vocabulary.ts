import type { Call } from './syntax-tree.js';

/** How a function is called: as `f(x)` or as `x.f()`, with how many arguments besides the receiver. */
interface Signature {
  /** Numbers of arguments that `f(…)` takes. */
  global?: readonly number[];
  /** Numbers of arguments that `x.f(…)` takes. */
  method?: readonly number[];
  /** Type of the result, where it can never be true or false. */
  neverBoolean?: true;
}

const operator = (args: number): Signature => ({ global: [args] });
const method = (...args: number[]): Signature => ({ method: args });
/** With a time zone or without one, which means UTC. */
const timePart: Signature = { method: [0, 1], neverBoolean: true };

const FUNCTIONS = new Map<string, Signature>([
  ['_&&_', operator(2)],
  ['_||_', operator(2)],
  ['!_', operator(1)],
  ['_?_:_', operator(3)],
  ['_==_', operator(2)],
  ['_!=_', operator(2)],
  ['_<_', operator(2)],
  ['_<=_', operator(2)],
  ['_>_', operator(2)],
  ['_>=_', operator(2)],
  ['@in', operator(2)],
  ['_[_]', operator(2)],
  ['startsWith', method(1)],
  ['endsWith', method(1)],
  ['contains', method(1)],
  ['matches', method(1)],
  ['size', { global: [1], method: [0], neverBoolean: true }],
  ['timestamp', { global: [1], neverBoolean: true }],
  ['duration', { global: [1], neverBoolean: true }],
  ...[
    'getFullYear',
    'getMonth',
    'getDate',
    'getDayOfMonth',
    'getDayOfWeek',
    'getDayOfYear',
    'getHours',
    'getMinutes',
    'getSeconds',
    'getMilliseconds',
  ].map((name): [string, Signature] => [name, timePart]),
]);

/** The macros that visit each element of a list. */
export const LIST_MACROS: ReadonlySet<string> = new Set(['exists', 'all', 'exists_one']);

/** Returns why a call is not allowed; undefined if it is. */
export function faultOfCall({ function: name, target, args }: Call): string | undefined {
  const signature = FUNCTIONS.get(name);
  if (!signature) {
    if (name === 'has') return 'has(…) takes one attribute, as in has(context.infra)';
    if (LIST_MACROS.has(name)) {
      return `${name} takes a variable and a condition, as in user.roles.${name}(r, r == 'lead')`;
    }
    const operatorName = /^-?_?([^\w@]+)_$/.exec(name)?.[1];
    if (operatorName)
      return `the operator ${operatorName} is not allowed: conditions compare, they do not compute`;
    return `there is no function ${name}: there are ${callable().join(', ')}`;
  }
  const counts = target ? signature.method : signature.global;
  if (!counts) return `${name} is called as ${target ? `${name}(x)` : `x.${name}(…)`}`;
  if (!counts.includes(args.length))
    return `${name} takes ${counts.join(' or ')} argument(s) here, not ${args.length}`;
  return undefined;
}

/** Whether the result of a function can never be true or false. */
export function isNeverBoolean(functionName: string): boolean {
  return FUNCTIONS.get(functionName)?.neverBoolean === true;
}

/** Whether a function returns a part of a time, such as `getHours`. */
export function isTimePart(functionName: string): boolean {
  return FUNCTIONS.get(functionName) === timePart;
}

function callable(): string[] {
  return [
    'has',
    ...LIST_MACROS,
    ...[...FUNCTIONS.keys()].filter((name) => /^\w+$/.test(name) && !name.startsWith('_')),
  ];
}
