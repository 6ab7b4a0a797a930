import { isDeepStrictEqual } from 'node:util';
import {
  digestOf,
  evaluateFile,
  evaluateText,
  EvaluationFailed,
  NickelError,
  placeOf,
  reachableFiles,
  type Exported,
  type NickelFault,
  type Place,
  type Span,
} from '@provisioning/nickel';
import { parseDocument, SourceError, toPlain, type Located } from '@provisioning/input/documents';
import { exportWithNickel } from './nickel-program.js';
import { SettingsError, type Fault } from './settings-error.js';
import type { SettingsDocument } from './document.js';

interface NickelFile {
  /** The real path of the workspace, which imports stay in. */
  root: string;
  path: string;
  /** As messages name the file. */
  shown: string;
  /** The `nickel` program, if one is configured. */
  program: string | undefined;
  signal: AbortSignal | undefined;
}

/** Evaluates a Nickel file with what it imports. @throws SettingsError */
export async function readNickel({
  root,
  path,
  shown,
  program,
  signal,
}: NickelFile): Promise<SettingsDocument> {
  const own = () =>
    withFaults(shown, async () => {
      const { value, digest, files } = await evaluateFile({ root, path, signal });
      return documentOf(value, digest, files);
    });
  if (program === undefined) return own();
  // The program has no fence of its own: what the file can reach is checked before the program reads it. The program
  // reads the files again, so the check does not cover a file that changes in between.
  const files = await withFaults(shown, () => reachableFiles(root, path));
  const exported = await runProgram(program, path, shown, signal);
  const evaluated = await own().catch((error: unknown) => {
    if (error instanceof SettingsError) return undefined;
    throw error;
  });
  if (evaluated && isDeepStrictEqual(toPlain(evaluated.written), toPlain(exported))) return evaluated;
  return { written: withoutPlaces(exported), place: () => ({ file: shown }), digest: digestOf(files), files };
}

/** Evaluates a Nickel text that imports nothing. @throws SettingsError */
export function parseNickel(text: string, shown: string): Promise<SettingsDocument> {
  return withFaults(shown, () => documentOf(evaluateText(text, shown), undefined, []));
}

/** Faults of Nickel as faults of the settings; those without a place are of the file that is shown. */
async function withFaults<T>(shown: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof EvaluationFailed || error instanceof NickelError) {
      throw SettingsError.of([faultOf(error.fault, shown)]);
    }
    throw error;
  }
}

async function runProgram(
  program: string,
  path: string,
  shown: string,
  signal: AbortSignal | undefined,
): Promise<Located> {
  try {
    return parseDocument(await exportWithNickel(program, path, signal), 'json');
  } catch (error) {
    if (error instanceof SourceError)
      throw SettingsError.of([{ file: shown, path: '', message: error.message }]);
    throw error;
  }
}

/** The places of a value are numbered in the order of files and of places in them; `at` is such a number. */
function documentOf(
  value: Exported,
  digest: string | undefined,
  files: SettingsDocument['files'],
): SettingsDocument {
  const spans: Span[] = [];
  collectSpans(value, spans);
  spans.sort((a, b) => (a.source === b.source ? a.start - b.start : a.source.name < b.source.name ? -1 : 1));
  const numbers = new Map(spans.map((span, index) => [span, index]));
  const numberOf = (span: Span | undefined) => (span ? numbers.get(span) : undefined);
  return {
    written: locate(value, numberOf),
    place: (at) => {
      const span = at === undefined ? undefined : spans[at];
      return span ? positionOf(placeOf(span)) : {};
    },
    digest,
    files,
  };
}

function collectSpans(value: Exported, spans: Span[]): void {
  if (value.span) spans.push(value.span);
  if (value.kind === 'array') for (const item of value.items) collectSpans(item, spans);
  if (value.kind !== 'record') return;
  for (const { nameSpan, value: inner } of value.fields) {
    if (nameSpan) spans.push(nameSpan);
    collectSpans(inner, spans);
  }
}

function locate(value: Exported, numberOf: (span: Span | undefined) => number | undefined): Located {
  const at = numberOf(value.span);
  switch (value.kind) {
    case 'scalar':
      return {
        kind: 'scalar',
        value: typeof value.value === 'bigint' ? Number(value.value) : value.value,
        at,
      };
    case 'tag':
      return { kind: 'scalar', value: value.value, tag: true, at };
    case 'array':
      return { kind: 'array', items: value.items.map((item) => locate(item, numberOf)), at };
    case 'record': {
      const fields = value.fields.map(
        ({ name, nameSpan, value: inner }) =>
          [name, { value: locate(inner, numberOf), keyAt: numberOf(nameSpan) }] as const,
      );
      return { kind: 'record', fields: new Map(fields), at };
    }
  }
}

function positionOf({ file, line, column }: Place): { file: string; line: number; column: number } {
  return { file, line, column };
}

/** A fault of Nickel as a fault of the settings: with the expression, and for contracts both places. */
function faultOf({ message, notes, path = '', place, blame }: NickelFault, shown: string): Fault {
  const contract = blame?.contract;
  const said = [
    path !== '' && !message.includes(path) ? `${path}: ${message}` : message,
    ...notes,
    ...(place?.expression ? [`Expression: ${place.expression}`] : []),
    ...(contract
      ? [`See also ${contract.file}:${contract.line}:${contract.column}: ${contract.expression}`]
      : []),
  ];
  return {
    file: place?.file ?? shown,
    ...(place && { line: place.line, column: place.column, expression: place.expression }),
    ...(contract && { contract }),
    path,
    message: said.join(' '),
  };
}

/** The places in the JSON of the program are not those in the file. */
function withoutPlaces(located: Located): Located {
  if (located.kind === 'array') return { kind: 'array', items: located.items.map(withoutPlaces) };
  if (located.kind === 'scalar') return { kind: 'scalar', value: located.value };
  const fields = [...located.fields].map(
    ([name, { value }]) => [name, { value: withoutPlaces(value) }] as const,
  );
  return { kind: 'record', fields: new Map(fields) };
}
