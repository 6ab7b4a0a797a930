import type { Span } from '../source.js';

interface LabelParts {
  contract?: Span | undefined;
  value?: Span | undefined;
  /** False where the code around the value is to blame: for the argument of a function. */
  polarity: boolean;
  /** From the annotated value to the part that is checked: `servers[1].port`. */
  path: string;
  message?: string;
  notes: readonly string[];
}

/** Which contract is being checked, on what, and which side is to blame. */
export class Label {
  constructor(readonly parts: LabelParts) {}

  static at(contract: Span | undefined, value: Span | undefined, polarity = true): Label {
    return new Label({ contract, value, polarity, path: '', notes: [] });
  }

  with(parts: Partial<LabelParts>): Label {
    return new Label({ ...this.parts, ...parts });
  }

  /** The label of the opposite side. */
  flipped(): Label {
    return this.with({ polarity: !this.parts.polarity });
  }

  /** The label of a field; fields of fields are separated by dots. */
  ofField(name: string, value: Span | undefined): Label {
    const { path } = this.parts;
    const step = /^_*[a-zA-Z][_a-zA-Z0-9\-']*$/.test(name) ? name : JSON.stringify(name);
    return this.with({ path: path === '' ? step : `${path}.${step}`, value: value ?? this.parts.value });
  }

  ofItem(index: number, value: Span | undefined): Label {
    return this.with({ path: `${this.parts.path}[${index}]`, value: value ?? this.parts.value });
  }
}
