import { Failure } from '@provisioning/errors';

/** The services that call this one; it does not call itself. */
const CALLERS: ReadonlySet<string> = new Set(['orchestrator']);

/**
 * @param service the name in a valid service token.
 * @throws Failure `forbidden` unless that service may call.
 */
export function mustBeCaller(service: string): string {
  if (CALLERS.has(service)) return service;
  throw new Failure(
    'forbidden',
    `The service "${service.slice(0, 64)}" may not call internal routes: ${[...CALLERS].join(', ')} may.`,
    { code: 'unknown_service' },
  );
}

/**
 * Requires that a service sends only records of its own.
 * @param member the name of the list in the body.
 * @throws Failure `forbidden` that names the first record of another service.
 */
export function mustBeOf(
  sender: string | undefined,
  member: string,
  records: readonly { service: string }[],
): void {
  const index = records.findIndex(({ service }) => service !== sender);
  if (index === -1) return;
  const message = `is "${records[index]!.service}", but the sender is "${sender}", which may send records of its own only`;
  throw new Failure('forbidden', `${member}[${index}].service ${message}. Nothing was stored.`, {
    code: 'foreign_record',
    details: [{ path: `${member}[${index}].service`, message }],
  });
}
