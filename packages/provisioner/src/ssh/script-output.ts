import { LineSplitter } from '../line-splitter.js';

// Records of what is installed are one line each; longer lines are not records.
const MAX_LINE_BYTES = 1024 * 1024;

/** Separates the output of a script from the messages about it. */
export class ScriptOutput {
  readonly #splitter = new LineSplitter(MAX_LINE_BYTES, 'cut');
  // The line break after the script's last line may come from the session: an empty line counts once another follows.
  #heldBack = false;
  #begun = false;
  #exitCode: number | undefined;

  /** @param mark the prefix of messages about the script */
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

  /** Called at the end of the output. */
  end(): void {
    for (const line of this.#splitter.rest()) this.#take(line);
  }

  #take(line: string): void {
    // Processes that the script left running may still print.
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
