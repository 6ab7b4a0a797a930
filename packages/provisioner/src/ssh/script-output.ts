import { LineSplitter } from '../line-splitter.js';

// Records of what is installed come in one line; what is longer than this is nothing to be read.
const MAX_LINE_BYTES = 1024 * 1024;

/** Tells what a script prints from what is said about it. */
export class ScriptOutput {
  readonly #splitter = new LineSplitter(MAX_LINE_BYTES, 'cut');
  // The end of a script's last line may be ours: an empty line is known only by the next one.
  #heldBack = false;
  #begun = false;
  #exitCode: number | undefined;

  /** @param mark begins what is said about it */
  constructor(
    private readonly mark: string,
    private readonly log: (line: string) => void,
  ) {}

  get begun(): boolean {
    return this.#begun;
  }

  /** Undefined until it has ended. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  push(chunk: Buffer): void {
    for (const line of this.#splitter.push(chunk)) this.#take(line);
  }

  /** Nothing more will come. */
  end(): void {
    for (const line of this.#splitter.rest()) this.#take(line);
  }

  #take(line: string): void {
    // What it has left running may go on printing.
    if (this.#exitCode !== undefined) return;
    const [word, status] = line.startsWith(`${this.mark} `)
      ? line.slice(this.mark.length + 1).split(' ')
      : [];
    if (word === 'end') {
      this.#exitCode = Number(status);
      return;
    }
    if (word === 'begun') this.#begun = true;
    else if (this.#begun) this.#print(line);
  }

  #print(line: string): void {
    if (this.#heldBack) this.log('');
    this.#heldBack = line === '';
    if (!this.#heldBack) this.log(line);
  }
}
