import type { AuditRecord } from './audit-record.js';

/** What has not reached the audit trail, in order. Of all processes, one at a time has its turn. */
export interface AuditOutbox {
  /** What comes next; undefined if it is another's turn. */
  next(limit: number): Promise<AuditPage | undefined>;
  /** Everything up to that place has arrived. */
  arrived(position: number): Promise<void>;
  /** Lets another have the turn at once. */
  release(): Promise<void>;
}

/** A part of the history, with the records of those of its events that tell the audit trail something. */
export interface AuditPage {
  records: AuditRecord[];
  position: number;
  /** Whether anything was read at all. */
  moved: boolean;
  /** Whether there may be more right now. */
  more: boolean;
}

export interface AuditTrail {
  /** Keeps each of them once, however often it is told. Rejects unless all are kept. */
  append(records: readonly AuditRecord[]): Promise<void>;
}

const AT_ONCE = 2_000;
const IDLE_MS = 500;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;

/** Brings the history to the audit trail, for ever: what was not received is sent again, whoever died in between. */
export class AuditForwarder {
  #stopped = false;
  #wake: (() => void) | undefined;
  #running: Promise<void> | undefined;

  constructor(
    private readonly outbox: AuditOutbox,
    private readonly trail: AuditTrail,
    private readonly log: { warn(message: string, fields?: object): void },
  ) {}

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake?.();
    await this.#running;
    await this.outbox.release().catch(() => undefined);
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#stopped;) {
      try {
        const more = await this.#forward();
        failures = 0;
        if (!more) await this.#pause(IDLE_MS);
      } catch (error) {
        // Told when it begins and now and then: it may last for hours.
        if (failures % 20 === 0)
          this.log.warn('the audit trail is not reached: its records wait in the database', { error });
        const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures++);
        await this.#pause(wait * (0.5 + Math.random() / 2));
      }
    }
  }

  /** @returns whether there is likely to be more */
  async #forward(): Promise<boolean> {
    const page = await this.outbox.next(AT_ONCE);
    if (!page) return false;
    if (page.records.length > 0) await this.trail.append(page.records);
    if (page.moved) await this.outbox.arrived(page.position);
    return page.moved && page.more;
  }

  async #pause(ms: number): Promise<void> {
    if (this.#stopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
