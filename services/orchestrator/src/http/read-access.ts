import { principalOf, type HandlerRequest } from '@provisioning/http-kit';
import type { Viewer, Viewers } from '../domain/access/viewer.js';
import type { Visibility } from '../domain/access/visibility.js';
import type { StoredWork } from './asks.js';

/** What routes need to show each caller only what they may read. */
export interface ReadAccess {
  visibility: Visibility;
  stored: StoredWork;
  viewer(request: Pick<HandlerRequest<never>, 'principal' | 'ip' | 'method' | 'path'>): Viewer;
}

/** Makes the checks with which routes show callers only what they may read. */
export function readAccess(viewers: Viewers, visibility: Visibility, stored: StoredWork): ReadAccess {
  return {
    visibility,
    stored,
    viewer: (request) => viewers.passing(principalOf(request), request.ip, request),
  };
}
