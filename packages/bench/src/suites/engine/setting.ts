import type { Absent, Contender } from '../../compare.js';
import type { PeerName, PeerRun } from '../../peers/peer.js';
import { SpawnHelpers } from '../../peers/spawn-helpers.js';
import type { PeerTask } from '../../peers/task.js';
import { Ours } from './ours.js';
import type { ProcessorSamples } from './processor-samples.js';
import { startPeers, type Peers } from './peers.js';

/** All contenders. Idle ones cost the others next to nothing, because only the measured one polls. */
export class EngineSetting {
  readonly ours = [new Ours(true), new Ours(false)] as const;

  private constructor(
    private readonly peers: Peers,
    readonly helpers: SpawnHelpers,
  ) {}

  static async start(): Promise<EngineSetting> {
    // First, because the processes that spawn must be small.
    const helpers = new SpawnHelpers();
    try {
      return new EngineSetting(await startPeers(), helpers);
    } catch (error) {
      await helpers.stop();
      throw error;
    }
  }

  nameOf(peer: PeerName): string {
    return this.peers.names[peer];
  }

  /** The contenders that can run here. */
  contenders(
    names: readonly PeerName[],
    task: PeerTask,
    figure: (run: PeerRun) => number,
    more: { label?: string; heard?: (run: PeerRun) => void; around?: ProcessorSamples } = {},
  ): Contender[] {
    return names.flatMap((name) => {
      const peer = this.peers.all[name];
      if (peer === undefined) return [];
      const label = `${this.nameOf(name)}${more.label ?? ''}`;
      const act = () => peer.run(task);
      const measure = async () => {
        const run = more.around
          ? await more.around.around(label, () => this.peers.processorTimes(peer), act)
          : await act();
        more.heard?.(run);
        return figure(run);
      };
      return [{ name: label, measure }];
    });
  }

  /** The contenders that cannot. */
  absent(names: readonly PeerName[]): Absent[] {
    const wanted = names.map((name) => this.nameOf(name));
    return this.peers.absent.filter(({ contender }) => wanted.includes(contender));
  }

  async stop(): Promise<void> {
    await this.ours[0].stop();
    await this.ours[1].stop();
    await this.helpers.stop();
    await this.peers.stop();
  }
}
