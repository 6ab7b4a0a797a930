/** The position of a value in a TOML text, and its members. */
export interface TomlPlace {
  /** The position of its name; undefined for an element of a list. */
  keyAt?: number;
  /** Where it begins. */
  at?: number;
  members: Map<string, TomlPlace>;
  items: TomlPlace[];
}

/**
 * Finds the positions of names and values in a TOML text, because its parser has none.
 * @param text valid TOML; for another text some positions are found, and it terminates
 */
export function tomlPlaces(text: string): TomlPlace {
  return new Scanner(text).scan();
}

const newPlace = (): TomlPlace => ({ members: new Map(), items: [] });

class Scanner {
  #at = 0;

  constructor(private readonly text: string) {}

  scan(): TomlPlace {
    const root = { ...newPlace(), at: 0 };
    let table: TomlPlace = root;
    for (this.#skip(); this.#at < this.text.length; this.#skip()) {
      if (this.text[this.#at] === '[') table = this.#header(root);
      else this.#member(table);
    }
    return root;
  }

  /** `[table]` or `[[list of tables]]` */
  #header(root: TomlPlace): TomlPlace {
    const start = this.#at;
    const ofList = this.text.startsWith('[[', start);
    this.#at += ofList ? 2 : 1;
    const named = this.#named(root);
    this.#at += ofList ? 2 : 1;
    named.at ??= start;
    if (!ofList) return named;
    const item = { ...newPlace(), at: start };
    named.items.push(item);
    return item;
  }

  #member(table: TomlPlace): void {
    const named = this.#named(table);
    this.#at++;
    this.#skip();
    this.#value(named);
  }

  /** Reads `a.b."c"` and the space after it, and finds its place below that table. */
  #named(table: TomlPlace): TomlPlace {
    let here = table;
    for (;;) {
      this.#skip();
      const keyAt = this.#at;
      const name = this.#name();
      // For a list of tables, the last table is meant.
      here = here.items.at(-1) ?? here;
      const known = here.members.get(name) ?? { ...newPlace(), keyAt };
      here.members.set(name, known);
      here = known;
      this.#skip();
      if (this.text[this.#at] !== '.') return here;
      here.at ??= keyAt;
      this.#at++;
    }
  }

  #name(): string {
    const start = this.#at;
    if (this.#isQuote()) {
      this.#string();
      const quoted = this.text.slice(start, this.#at);
      return quoted.startsWith("'") ? quoted.slice(1, -1) : unescaped(quoted);
    }
    return this.#take(/[A-Za-z0-9_-]*/y);
  }

  #value(place: TomlPlace): void {
    place.at = this.#at;
    const opening = this.text[this.#at];
    if (this.#isQuote()) return this.#string();
    if (opening !== '[' && opening !== '{') {
      // A date may have a space before its time.
      this.#take(/[^,\]}#\r\n]*/y);
      return;
    }
    this.#at++;
    for (this.#skip(); this.#at < this.text.length; this.#skip()) {
      const character = this.text[this.#at];
      if (character === ']' || character === '}') {
        this.#at++;
        return;
      }
      if (character === ',') this.#at++;
      else if (opening === '{') this.#member(place);
      else {
        const item = newPlace();
        place.items.push(item);
        this.#value(item);
      }
    }
  }

  #isQuote(): boolean {
    const character = this.text[this.#at];
    return character === '"' || character === "'";
  }

  #string(): void {
    const quote = this.text[this.#at];
    const long = this.text.startsWith(`${quote}${quote}${quote}`, this.#at);
    // A long text may end with quotes of its own, directly before the three closing ones.
    if (quote === '"') this.#take(long ? /"""(?:\\[^]|[^\\])*?"{3,5}(?!")/y : /"(?:\\.|[^"\\])*"/y);
    else this.#take(long ? /'''[^]*?'{3,5}(?!')/y : /'[^']*'/y);
  }

  /** Spaces, line breaks and comments. */
  #skip(): void {
    this.#take(/(?:[ \t\r\n]|#[^\n]*)*/y);
  }

  /** Always advances by at least one character, except over optional parts. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const taken = pattern.exec(this.text)?.[0];
    this.#at += taken === undefined ? 1 : taken.length;
    return taken ?? '';
  }
}

function unescaped(quoted: string): string {
  try {
    // Safe cast: the tokenizer found a quoted text.
    return JSON.parse(quoted) as string;
  } catch {
    // An escape that JSON does not have: the name is not found, and the position of its table is shown.
    return quoted;
  }
}
