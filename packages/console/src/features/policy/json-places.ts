/** A place in a text, both from 1. */
export interface Place {
  line: number;
  column: number;
}

/** Where the values of a JSON text begin, and where it stops being JSON. */
export interface JsonPlaces {
  /** By path: `rules[0].condition`; the whole is ''. */
  places: Map<string, Place>;
  fault: { place: Place; message: string } | undefined;
}

const STRING = /"(?:[^"\\\n]|\\.)*"/y;
const SCALAR = /-?\d[\d.eE+-]*|true|false|null/y;
const SPACE = /\s*/y;

/** Reads a JSON text. `JSON.parse` names no position for most faults. */
export function placesOf(text: string): JsonPlaces {
  const places = new Map<string, Place>();
  const lines = new Lines(text);
  const reader = new Reader(text, (path, position) => places.set(path, lines.placeAt(position)));
  try {
    reader.whole();
    return { places, fault: undefined };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { places, fault: { place: lines.placeAt(reader.at), message: error.message } };
  }
}

class Reader {
  at = 0;

  constructor(
    private readonly text: string,
    private readonly begins: (path: string, position: number) => void,
  ) {}

  whole(): void {
    this.#value('');
    if (this.at < this.text.length) throw new SyntaxError('the text goes on after its end.');
    // What the expressions let through, such as 1.2.3.
    JSON.parse(this.text);
  }

  #value(path: string): void {
    this.#match(SPACE);
    this.begins(path, this.at);
    const next = this.text[this.at];
    if (next === '{') this.#list('}', () => this.#member(path));
    else if (next === '[') this.#list(']', (index) => this.#value(`${path}[${index}]`));
    else if (this.#match(STRING) === undefined && this.#match(SCALAR) === undefined)
      throw new SyntaxError('a value must stand here: "text", a number, true, false, null, {…} or […].');
    this.#match(SPACE);
  }

  #member(path: string): void {
    const name = this.#match(STRING);
    if (name === undefined) throw new SyntaxError('a name in double quotes must stand here.');
    this.#match(SPACE);
    if (this.text[this.at] !== ':') throw new SyntaxError('a colon must stand here.');
    this.at += 1;
    // Safe cast: the tokenizer found a quoted text.
    const member = JSON.parse(name) as string;
    this.#value(path === '' ? member : `${path}.${member}`);
  }

  #list(end: ']' | '}', item: (index: number) => void): void {
    this.at += 1;
    this.#match(SPACE);
    if (this.text[this.at] === end) {
      this.at += 1;
      return;
    }
    for (let index = 0; ; index += 1) {
      this.#match(SPACE);
      item(index);
      this.#match(SPACE);
      const next = this.text[this.at];
      if (next !== ',' && next !== end) throw new SyntaxError(`a comma or ${end} must stand here.`);
      this.at += 1;
      if (next === end) return;
    }
  }

  #match(expression: RegExp): string | undefined {
    expression.lastIndex = this.at;
    const found = expression.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }
}

/** The places of ascending positions: the text is read only once. */
class Lines {
  #line = 1;
  #start = 0;
  #end: number;

  constructor(private readonly text: string) {
    this.#end = this.#endFrom(0);
  }

  /** @param position not before that of the last call */
  placeAt(position: number): Place {
    while (position > this.#end) {
      this.#line += 1;
      this.#start = this.#end + 1;
      this.#end = this.#endFrom(this.#start);
    }
    return { line: this.#line, column: position - this.#start + 1 };
  }

  #endFrom(start: number): number {
    const end = this.text.indexOf('\n', start);
    return end === -1 ? this.text.length : end;
  }
}
