import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DesiredServer } from '../../settings/settings.js';
import { DriverError } from '../driver.js';
import { Claims } from './claims.js';
import { claimFor, textOf, type HostRecord } from './host-record.js';
import type { Host } from './hosts-file.js';
import type { HostRecords, Seen } from './remote-host.js';

const HOSTS = ['a', 'b', 'c'].map((name): Host => ({
  shown: `${name}:22`,
  target: { host: name },
  name: null,
  infra: null,
  plan: null,
  zone: null,
  image: null,
  storage_gb: null,
  labels: {},
}));

const desired = (name: string): DesiredServer => ({
  infra: 'i',
  name,
  plan: 'p',
  zone: 'z',
  provider: 'ssh',
  image: null,
  labels: {},
  storage_gb: null,
});

/** Hosts in memory. They record whether one server was ever settled on two of them. */
class Memory {
  readonly records = new Map<Host, HostRecord | null>();
  twice = false;

  /** @param delayed lets other processes act before and after each act */
  view(delayed: <T>(act: () => T) => Promise<T>): HostRecords {
    return {
      look: (host) => delayed(() => this.#seen(host)),
      swap: (seen, next) => delayed(() => this.#swap(seen, next)),
    };
  }

  claimed(name: string): Host[] {
    return HOSTS.filter((host) => this.records.get(host)?.server.name === name);
  }

  #seen(host: Host): Seen {
    const record = this.records.get(host) ?? null;
    return { host, record, written: record ? textOf(record) : '' };
  }

  #swap({ host, written }: Seen, next: HostRecord | null) {
    const swapped = this.#seen(host).written === written;
    if (swapped) this.records.set(host, next);
    const settled = [...this.records.values()].filter((record) => record?.state === 'claimed');
    const names = settled.map((record) => record?.server.name);
    this.twice ||= new Set(names).size < names.length;
    return { swapped, seen: this.#seen(host) };
  }
}

class Killed extends Error {}

// When a process dies: after this many acts, just before the next one or before it receives the result of the last.
const attempts = fc.array(
  fc.record({ name: fc.constantFrom('web', 'web', 'db'), acts: fc.integer({ min: 1, max: 60 }) }),
  { minLength: 2, maxLength: 4 },
);

describe('concurrent claims', () => {
  it('make one server of each name although processes are slow or die', async () => {
    const race = async (s: fc.Scheduler, claimers: { name: string; acts: number }[], taken: boolean[]) => {
      const memory = new Memory();
      // Hosts become free while processes look at them, so not all processes see the same hosts.
      const leaving = HOSTS.filter((_, index) => taken[index]).map(async (host) => {
        memory.records.set(host, claimFor(desired(`old-${host.shown}`), host, { idempotencyKey: 'old' }));
        await s.schedule(Promise.resolve());
        memory.records.set(host, null);
      });
      const claiming = claimers.map(async ({ name, acts }, index) => {
        let left = acts;
        const records = memory.view(async (act) => {
          await s.schedule(Promise.resolve());
          if (left === 0) throw new Killed();
          const answer = act();
          await s.schedule(Promise.resolve());
          if (--left === 0) throw new Killed();
          return answer;
        });
        const claims = new Claims(async () => HOSTS, records);
        const { host, record } = await claims.claim(desired(name), { idempotencyKey: `k${index}` });
        return { name, host: host.shown, id: record.server.id };
      });
      const [results] = await Promise.all([Promise.allSettled(claiming), s.waitIdle(), ...leaving]);
      expect(memory.twice).toBe(false);
      const made = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      const reasons = results.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
      for (const reason of reasons) {
        if (!(reason instanceof Killed)) expect(reason.message).toContain('No host is free');
      }
      // The last process finds what the others have made, and completes what they have not.
      const last = new Claims(
        async () => HOSTS,
        memory.view(async (act) => act()),
      );
      for (const name of new Set(claimers.map((one) => one.name))) {
        const { host, record } = await last.claim(desired(name), { idempotencyKey: 'last' });
        const known = made.filter((one) => one.name === name);
        expect(known).toEqual(known.map(() => ({ name, host: host.shown, id: record.server.id })));
        expect(memory.claimed(name)).toEqual([host]);
      }
      expect(memory.twice).toBe(false);
    };
    const taken = fc.array(fc.boolean(), { minLength: HOSTS.length, maxLength: HOSTS.length });
    await fc.assert(fc.asyncProperty(fc.scheduler(), attempts, taken, race), { numRuns: 1_000 });
  });
});

describe('a claim', () => {
  const records = (memory: Memory, fail: (act: 'look' | 'swap', host: Host) => boolean): HostRecords => {
    const view = memory.view(async (act) => act());
    const down = new DriverError('It does not answer.');
    return {
      look: async (host, signal) => {
        if (fail('look', host)) throw down;
        return view.look(host, signal);
      },
      swap: async (seen, next, signal) => {
        const answer = await view.swap(seen, next, signal);
        if (fail('swap', seen.host)) throw down;
        return answer;
      },
    };
  };

  it('is found again if its answer was lost', async () => {
    const memory = new Memory();
    let losses = 0;
    const claims = new Claims(
      async () => HOSTS,
      records(memory, (act) => act === 'swap' && losses++ === 0),
    );
    const { host, record } = await claims.claim(desired('web'), { idempotencyKey: 'k' });
    expect([record.state, record.key]).toEqual(['claimed', 'k']);
    expect(memory.claimed('web')).toEqual([host]);
  });

  it('is not made while a host that may be that server does not answer', async () => {
    const memory = new Memory();
    let down = true;
    const claims = new Claims(
      async () => HOSTS,
      records(memory, (act, { shown }) => down && act === 'look' && shown === 'b:22'),
    );
    await expect(claims.claim(desired('web'), { idempotencyKey: 'k' })).rejects.toThrow('does not answer');
    expect(memory.claimed('web')).toEqual([]);
    down = false;
    const { host } = await claims.claim(desired('web'), { idempotencyKey: 'k' });
    // Once the server's host is known, the other hosts do not matter.
    down = true;
    expect((await claims.find('i', 'web'))?.host).toBe(host);
  });

  it('is made although a host that is reserved for another server does not answer', async () => {
    const hosts = HOSTS.map((host, index) => ({ ...host, name: index === 1 ? 'db' : null }));
    const claims = new Claims(
      async () => hosts,
      records(new Memory(), (act, { name }) => act === 'look' && name === 'db'),
    );
    await expect(claims.claim(desired('web'), { idempotencyKey: 'k' })).resolves.toBeDefined();
    await expect(claims.view('i')).rejects.toThrow('does not answer');
  });
});
