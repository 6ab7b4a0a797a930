import type { BatchRequest } from '@provisioning/contracts';
import { faultsOfGraph, type GraphOperation } from '@provisioning/client';
import { isMap, isNode, isSeq, LineCounter, parseDocument, type Document } from 'yaml';

/** A fault of the text. */
export interface TextFault {
  /** Positions in the text, in characters. */
  from: number;
  to: number;
  /** Counted from 1. */
  line: number;
  column: number;
  message: string;
}

/** What a text holds. */
export interface CheckedBatch {
  faults: TextFault[];
  /** Undefined while there are faults. */
  request: BatchRequest | undefined;
  /** The operations as far as they can be read, for the picture. */
  operations: GraphOperation[];
  /** Turns a fault that names a path, such as `operations[3].provider`, into one that names a place. */
  place(path: string, message: string): TextFault;
}

const TYPES = ['server_batch', 'taskserv_batch', 'cluster_batch', 'command_batch'];

/** Checks a batch, written as YAML or JSON, without the server: its syntax, its shape and its graph. */
export function checkBatch(text: string): CheckedBatch {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (path: string, message: string) => {
    const [from, to] = rangeOf(document, path);
    return at(lines, from, to, `${path === '' ? 'The batch' : path} ${message}.`);
  };
  const syntax = document.errors.map(({ pos: [from, to], message }) => at(lines, from, to, message));
  if (syntax.length > 0) return { faults: syntax, request: undefined, operations: [], place };
  const value: unknown = document.toJS();
  const shape = faultsOfShape(value);
  const operations = operationsOf(value);
  const faults = [...shape, ...faultsOfGraph(operations)].map(({ path, message }) => place(path, message));
  // Safe cast: the service validates the body and reports every fault with its path.
  return { faults, request: faults.length === 0 ? (value as BatchRequest) : undefined, operations, place };
}

interface ShapeFault {
  path: string;
  message: string;
}

function faultsOfShape(value: unknown): ShapeFault[] {
  if (!isRecord(value)) return [{ path: '', message: 'must have "name" and "operations"' }];
  const faults: ShapeFault[] = [];
  if (typeof value['name'] !== 'string' || value['name'] === '')
    faults.push({ path: 'name', message: 'is required' });
  const { operations } = value;
  if (!Array.isArray(operations) || operations.length === 0)
    return [...faults, { path: 'operations', message: 'must be a list with at least one operation' }];
  return [...faults, ...operations.flatMap(faultsOfOperation)];
}

function faultsOfOperation(operation: unknown, index: number): ShapeFault[] {
  const path = `operations[${index}]`;
  if (!isRecord(operation)) return [{ path, message: 'must be an object' }];
  const { id, type, dependencies } = operation;
  const faults: ShapeFault[] = [];
  if (typeof id !== 'string' || id === '') faults.push({ path: `${path}.id`, message: 'is required' });
  if (typeof type !== 'string' || !TYPES.includes(type))
    faults.push({ path: `${path}.type`, message: `must be one of ${TYPES.join(', ')}` });
  if (dependencies !== undefined && !isTexts(dependencies))
    faults.push({ path: `${path}.dependencies`, message: 'must be a list of ids of operations' });
  return faults;
}

function operationsOf(value: unknown): GraphOperation[] {
  const operations = isRecord(value) ? value['operations'] : undefined;
  if (!Array.isArray(operations)) return [];
  return operations.flatMap((operation: unknown) => {
    if (!isRecord(operation) || typeof operation['id'] !== 'string') return [];
    const { id, dependencies } = operation;
    return [{ id, dependencies: isTexts(dependencies) ? dependencies : [] }];
  });
}

/** The place of a path, or of its nearest part that the text has. */
function rangeOf(document: Document, path: string): [from: number, to: number] {
  const keys = path
    .split(/[.[\]]+/)
    .filter((key) => key !== '')
    .map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  for (let length = keys.length; length >= 0; length--) {
    const node: unknown = length === 0 ? document.contents : document.getIn(keys.slice(0, length), true);
    if (!isNode(node) || !node.range) continue;
    const [from, to] = node.range;
    // A whole object or list would be marked over many lines: its start says enough.
    return isMap(node) || isSeq(node) ? [from, from + 1] : [from, Math.max(to, from + 1)];
  }
  return [0, 1];
}

function at(lines: LineCounter, from: number, to: number, message: string): TextFault {
  const { line, col } = lines.linePos(from);
  return { from, to, line: Math.max(1, line), column: Math.max(1, col), message };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');
