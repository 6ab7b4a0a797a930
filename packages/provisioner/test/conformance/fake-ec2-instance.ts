import { randomBytes } from 'node:crypto';
import type { Answer } from './ec2-query.js';

export type State = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

const CODES: Record<State, number> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};
const SETTLES: Partial<Record<State, State>> = {
  pending: 'running',
  stopping: 'stopped',
  'shutting-down': 'terminated',
};

export interface Order {
  imageId: string;
  rootDevice: string;
  architecture: string;
  type: string;
  zone: string;
  gigabytes: number;
  clientToken: string;
  keyName: string | undefined;
  tags: Map<string, string>;
}

/** An instance, which enters its next state when it is read. */
export class FakeInstance {
  readonly id = `i-0${randomBytes(8).toString('hex')}`;
  readonly volume: { id: string; size: number; modification: { target: number; looks: number } | null };
  readonly attachedAt: Date;
  readonly tags: Map<string, string>;
  type: string;
  launchedAt: Date;
  state: State = 'pending';
  reason: { code: string; message: string } | undefined;
  publicIp: string | undefined;
  /** The number of reads before it is visible. */
  hiddenFor = 0;
  /** The state that it reaches instead of running. */
  dies: { state: 'stopped' | 'terminated'; code: string; message: string } | null = null;
  #looks = 0;

  constructor(
    readonly order: Order,
    now = new Date(),
  ) {
    this.tags = new Map(order.tags);
    this.type = order.type;
    this.launchedAt = new Date(Math.floor(now.getTime() / 1000) * 1000);
    this.attachedAt = new Date(this.launchedAt.getTime() + 1000);
    this.volume = { id: `vol-0${randomBytes(8).toString('hex')}`, size: order.gigabytes, modification: null };
  }

  get isLiving(): boolean {
    return this.state !== 'terminated' && this.state !== 'shutting-down';
  }

  turn(state: State): void {
    this.state = state;
    this.#looks = 0;
    if (state === 'pending') this.launchedAt = new Date(Math.floor(Date.now() / 1000) * 1000);
    // A stopped one releases its address.
    if (state !== 'running') this.publicIp = undefined;
    if (state === 'stopping' || state === 'shutting-down') {
      this.reason = { code: 'Client.UserInitiatedShutdown', message: 'User initiated shutdown' };
    }
  }

  /** @returns false while it is not visible */
  look(): boolean {
    if (this.hiddenFor > 0) {
      this.hiddenFor--;
      return false;
    }
    return true;
  }

  /** Moves on by one read. */
  afterLook(): void {
    const next = SETTLES[this.state];
    if (!next || ++this.#looks < 2) return;
    if (next === 'running' && this.dies) {
      const { state, ...reason } = this.dies;
      this.dies = null;
      this.turn(state);
      this.reason = reason;
      return;
    }
    this.turn(next);
    if (next === 'running') {
      this.reason = undefined;
      this.publicIp = `203.0.113.${1 + Math.floor(Math.random() * 250)}`;
    }
  }

  get answer(): Answer {
    const { order, state, reason } = this;
    const attached = state === 'pending' || !this.isLiving ? [] : [this.#mapping];
    return {
      instanceId: this.id,
      imageId: order.imageId,
      instanceState: { code: CODES[state], name: state },
      ...(reason ? { stateReason: { code: reason.code, message: `${reason.code}: ${reason.message}` } } : {}),
      keyName: order.keyName,
      instanceType: this.type,
      launchTime: this.launchedAt,
      cpuOptions: { coreCount: 1, threadsPerCore: 2 },
      placement: { availabilityZone: order.zone, tenancy: 'default' },
      ...(this.isLiving ? { privateIpAddress: '10.0.0.7' } : {}),
      ipAddress: this.publicIp,
      architecture: order.architecture,
      rootDeviceType: 'ebs',
      rootDeviceName: order.rootDevice,
      blockDeviceMapping: attached,
      clientToken: order.clientToken,
      tagSet: [...this.tags].map(([key, value]) => ({ key, value })),
    };
  }

  get #mapping(): Answer {
    const { volume, attachedAt, order } = this;
    const ebs = {
      volumeId: volume.id,
      status: 'attached',
      attachTime: attachedAt,
      deleteOnTermination: true,
    };
    return { deviceName: order.rootDevice, ebs };
  }
}
