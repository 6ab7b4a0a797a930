import { Failure } from '@provisioning/errors';
import type { AuditLog, Bounds } from './audit-log.js';
import type {
  AuditCheckpoints,
  CheckpointKeys,
  ExternalCheckpoints,
  SignedCheckpoint,
} from './checkpoint.js';
import { isLost } from './gap.js';
import {
  beginning,
  ChainCheck,
  cutOff,
  newestOf,
  readCheckpoints,
  type Verification,
} from './verification.js';

/** Verifies that no record was changed, removed or inserted. */
export class AuditVerifier {
  #isRunning = false;

  constructor(
    private readonly log: AuditLog,
    private readonly checkpoints: AuditCheckpoints,
    private readonly external: ExternalCheckpoints,
    private readonly keys: CheckpointKeys,
  ) {}

  /**
   * @throws Failure `unavailable` while another verification runs in this process: each reads the whole trail.
   */
  async verify(range: { from?: Date | undefined; to?: Date | undefined } = {}): Promise<Verification> {
    if (this.#isRunning) {
      throw new Failure(
        'unavailable',
        'A verification of the audit trail is in progress. Try again when it has ended.',
        {
          code: 'verification_running',
          retryAfter: 10,
        },
      );
    }
    this.#isRunning = true;
    try {
      for (;;) {
        // Checkpoints are read before the bounds, so that every record they name exists when the bounds are read.
        const checkpoints = [...(await this.checkpoints.all()), ...(await this.external.read())];
        const bounds = await this.log.bounds();
        const verification = await this.#verify(checkpoints, bounds, await this.#numbers(range, bounds));
        // Records that the retention drops while they are read are not a fault.
        if (verification.ok || (await this.log.bounds()).first === bounds.first) return verification;
      }
    } finally {
      this.#isRunning = false;
    }
  }

  async #numbers(range: { from?: Date | undefined; to?: Date | undefined }, all: Bounds): Promise<Bounds> {
    const isWhole = range.from === undefined && range.to === undefined;
    return isWhole ? all : this.log.bounds(range);
  }

  async #verify(checkpoints: readonly SignedCheckpoint[], all: Bounds, range: Bounds): Promise<Verification> {
    const gaps = await this.log.gaps();
    const { good, faults } = readCheckpoints(
      // Nothing is left of the records that a restore has lost: there is nothing to compare their checkpoints with.
      checkpoints.filter(({ seq }) => !isLost(seq, gaps)),
      this.keys,
    );
    const ordered = [...good.values()].sort((one, other) => other.seq - one.seq);
    const start =
      ordered.find(({ seq }) => seq < range.first && seq >= all.first) ??
      beginning(all.first, good, await this.log.droppedUpto());
    const check = 'reason' in start ? undefined : new ChainCheck(start, good);
    if ('reason' in start) faults.push(start);
    else if (range.last > 0) {
      for await (const records of this.log.records(start.seq, range.last)) if (!check!.add(records)) break;
    }
    if (check?.fault) faults.push(check.fault);
    const missing = cutOff(all.last, good);
    if (missing) faults.push(missing);
    const [fault] = faults.sort((one, other) => one.seq - other.seq);
    return {
      ok: fault === undefined,
      checked: check?.checked ?? 0,
      fault,
      checkpoint: newestOf(good),
      gaps,
    };
  }
}
