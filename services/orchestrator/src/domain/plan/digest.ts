import { createHash } from 'node:crypto';
import { canonicalJson } from '@provisioning/provisioner/plan';
import type { MovedInput, PlanInputs } from './plan.js';

/**
 * The digest of a plan: SHA-256 over the canonical JSON (RFC 8785) of its inputs. The order of members and of lists without an
 * order does not matter.
 * @returns `sha256:` and 64 hexadecimal digits
 */
export function digestOf(inputs: PlanInputs): string {
  const { format, kind, request, definitions, drivers, bases, changes, settings, obstacles } = inputs;
  const text = canonicalJson({
    format,
    kind,
    request,
    definitions: sorted(definitions),
    drivers: sorted(drivers),
    bases: sorted(bases),
    changes: sorted(changes),
    ...(settings ? { settings: sorted(settings) } : {}),
    ...(obstacles ? { obstacles: [...obstacles].sort() } : {}),
  });
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** Returns the inputs in which two plannings differ, in the order of their names. */
export function movedInputs(before: PlanInputs, after: PlanInputs): MovedInput[] {
  const [was, is] = [named(before), named(after)];
  return [...new Set([...was.keys(), ...is.keys()])].sort().flatMap((input) => {
    const [one, other] = [was.get(input) ?? null, is.get(input) ?? null];
    return canonicalJson(one) === canonicalJson(other) ? [] : [{ input, before: one, after: other }];
  });
}

/**
 * Leaves out what is in other infras than the plan. Planning again a rollback or restore may find changes there, which those
 * who read the plan may not see.
 */
export function within(infras: readonly string[], moved: readonly MovedInput[]): MovedInput[] {
  const isForeign = ({ before, after }: MovedInput) => {
    const infra = (before ?? after)?.['infra'];
    return typeof infra === 'string' && !infras.includes(infra);
  };
  const foreign = moved.filter(isForeign).length;
  const own = moved.filter((one) => !isForeign(one));
  return foreign === 0 ? own : [...own, { input: 'other infras', before: null, after: { inputs: foreign } }];
}

/** Every input by its name, as `what has moved` shows it. */
function named({
  format,
  request,
  definitions,
  drivers,
  bases,
  changes,
  settings = [],
  obstacles,
}: PlanInputs): Map<string, Record<string, unknown>> {
  return new Map<string, Record<string, unknown>>([
    ['format', { format }],
    ['request', { ...request }],
    ...settings.map((each) => [`settings ${each.name}`, { ...each }] as const),
    ...(obstacles ? [['obstacles', summaryOf(obstacles)] as const] : []),
    ...definitions.map((each) => [`definition ${each.kind} ${each.name}`, { ...each }] as const),
    ...drivers.map((each) => [`driver ${each.provider}`, { ...each }] as const),
    ...bases.map((each) => [`resource ${each.kind} ${each.infra}/${each.name}`, { ...each }] as const),
    ...changes.map(
      (each) =>
        [`${each.change} ${each.kind} ${each.infra}/${each.name} by ${each.operation}`, { ...each }] as const,
    ),
  ]);
}

/** The texts are left out: those of another planning may name what a reader of the plan may not see. */
function summaryOf(texts: readonly string[]): Record<string, unknown> {
  const sha256 = createHash('sha256')
    .update(canonicalJson([...texts].sort()))
    .digest('hex');
  return { count: texts.length, sha256 };
}

function sorted(values: readonly object[]): object[] {
  return values
    .map((value) => ({ value, text: canonicalJson(value) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ value }) => value);
}
