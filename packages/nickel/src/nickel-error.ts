import { placeOf, type Place, type Span } from './source.js';

/**
 * `syntax`: the text is not Nickel. `evaluation`: it cannot be computed. `contract`: a value breaks its contract.
 * `limit`: it needs more than it may use. `import`: a file that it imports cannot be read.
 */
export type NickelErrorKind = 'syntax' | 'evaluation' | 'contract' | 'limit' | 'import';

/** The two sides of a broken contract. */
export interface Blame {
  /** Where the contract is written. */
  contract?: Span | undefined;
  /** Where the value that breaks it is written. */
  value?: Span | undefined;
}

/** Where a fault is, and what else is known of it. */
export interface NickelErrorDetails {
  span?: Span | undefined;
  notes?: readonly string[];
  blame?: Blame;
}

/** A fault as plain data, which can be sent between threads. */
export interface NickelFault {
  kind: NickelErrorKind;
  message: string;
  notes: readonly string[];
  place?: Place;
  /** Which part of the value it is about: `servers[1].plan`. */
  path?: string;
  blame?: { contract?: Place; value?: Place };
}

/** Why a Nickel text has no value. */
export class NickelError extends Error {
  override readonly name = 'NickelError';
  readonly notes: readonly string[];
  readonly blame: Blame | undefined;
  span: Span | undefined;
  /** Which part of the exported value it is about: `servers[1].plan`. */
  path: string | undefined;

  constructor(
    readonly kind: NickelErrorKind,
    message: string,
    { span, notes = [], blame }: NickelErrorDetails = {},
  ) {
    super(message);
    this.span = span;
    this.notes = notes;
    this.blame = blame;
  }

  /** The fault as plain data, its places as lines and columns. */
  get fault(): NickelFault {
    const fault: NickelFault = { kind: this.kind, message: this.message, notes: this.notes };
    if (this.path !== undefined) fault.path = this.path;
    if (this.span) fault.place = placeOf(this.span);
    if (this.blame) {
      const { contract, value } = this.blame;
      fault.blame = {};
      if (contract) fault.blame.contract = placeOf(contract);
      if (value) fault.blame.value = placeOf(value);
    }
    return fault;
  }
}

/** A fault of evaluation at a place. */
export function evaluationError(message: string, span?: Span, notes: readonly string[] = []): NickelError {
  return new NickelError('evaluation', message, { span, notes });
}
