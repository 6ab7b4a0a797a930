import type { Exit } from '@provisioning/embedded';

/** Returns how a process ended, to follow its name: `ended with status 1`. */
export function describeExit({ code, signal }: Exit): string {
  return signal === null ? `ended with status ${code}` : `was ended by ${signal}`;
}
