import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Answer, Order } from './messages.js';

/** A process of a run, with the messages to and from it. */
export class Child {
  readonly #process: ChildProcess;
  readonly #heard: Answer[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(script: string, argv: readonly string[] = []) {
    this.#process = fork(new URL(script, import.meta.url), argv);
    this.#process.on('message', (answer: Answer) => {
      this.#heard.push(answer);
      this.#wake?.();
    });
    this.#process.once('exit', () => {
      this.#ended = true;
      this.#wake?.();
    });
  }

  get pid(): number {
    return this.#process.pid!;
  }

  order(order: Order): void {
    this.#process.send(order);
  }

  /** Waits for an answer of that type. @throws if the process has ended */
  async hears<Type extends Answer['type']>(type: Type): Promise<Extract<Answer, { type: Type }>> {
    for (;;) {
      const heard = this.#heard.find((answer) => answer.type === type);
      // Safe cast: found by its type.
      if (heard) return heard as Extract<Answer, { type: Type }>;
      if (this.#ended) throw new Error(`a process of the benchmark ended before it was “${type}”`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async stop(): Promise<void> {
    if (this.#ended) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exit;
  }
}
