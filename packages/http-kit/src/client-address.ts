import type { RequestHandler } from 'express';

const HEADER = 'x-provisioning-client';

/** Makes `request.ip` the address that another service of the platform signed; limits and records use it. */
export function clientAddress(read: (value: string) => string | undefined): RequestHandler {
  return (request, _response, next) => {
    const value = request.get(HEADER);
    const address = value === undefined ? undefined : read(value);
    if (address !== undefined) Object.defineProperty(request, 'ip', { value: address });
    next();
  };
}
