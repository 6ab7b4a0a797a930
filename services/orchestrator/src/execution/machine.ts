import { readFileSync } from 'node:fs';

/** @returns an id that changes when the machine is rebooted; `unknown` where the system has none */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
