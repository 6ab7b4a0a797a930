import { Failure } from '@provisioning/errors';
import type { RequestHandler } from 'express';
import { stateOf } from './request-state.js';

export const VENDOR_TYPE = 'application/vnd.provisioning.v1+json';
const PLAIN = new Set(['*/*', 'application/*', 'application/json', VENDOR_TYPE, 'application/problem+json']);
const OTHER_VERSION = /^application\/vnd\.provisioning\.v[^+]*\+json$/;

/** Selects version 1 of the API, or refuses with 406 a client that accepts only another version. */
export const negotiateVersion: RequestHandler = (request, response, next) => {
  if (response.hasHeader('Vary')) response.vary('Accept');
  else response.setHeader('Vary', 'Accept');
  const { accept } = request.headers;
  if (accept === undefined) return next();
  const types = accept.split(',').map((type) => type.split(';')[0]!.trim().toLowerCase());
  if (types.includes(VENDOR_TYPE)) stateOf(response).vendorType = true;
  if (types.some((type) => PLAIN.has(type)) || !types.some((type) => OTHER_VERSION.test(type))) return next();
  next(
    new Failure('not_acceptable', `Accept must allow a known version of the API: ${VENDOR_TYPE}.`, {
      code: 'unknown_version',
    }),
  );
};
