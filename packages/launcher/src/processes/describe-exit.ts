import type { Exit } from '@provisioning/embedded';

export function describeExit({ code, signal }: Exit): string {
  return signal === null ? `ended with status ${code}` : `was ended by ${signal}`;
}
