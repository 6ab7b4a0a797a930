import type { Operation } from '@provisioning/contracts';
import type { Question } from '@provisioning/policy';
import type { Response } from 'express';
import type { Principal } from './principal.js';

/**
 * What the steps of one request hand to the steps after them. A field is undefined until the step that finds it out has
 * run. Ids and trace are in the `RequestContext` of `@provisioning/runtime`, which code without Express reads too.
 */
export interface RequestState {
  /** Path template of the matched operation, the label of metrics: `/tasks/{id}`. */
  route?: string;
  /** Rate class that the request is counted in; `general` for unmatched requests. */
  budget?: Operation['rateClass'];
  /** The user, where the token is valid. */
  principal?: Principal;
  /** Name of the calling service, on internal routes. */
  service?: string;
  /** Why the token was not accepted; thrown only after the request has been counted. */
  refusal?: unknown;
  /** The first question that the policies were asked, for the audit trail. */
  asked?: Question;
  /** Checked query parameters with their defaults. */
  query?: Readonly<Record<string, unknown>>;
  /** Whether the body is so long that it is processed in slices. */
  longBody?: boolean;
  /** Whether the client asked for the versioned media type. */
  vendorType?: boolean;
}

/** Keyed by response: Express hands the same one to every handler of a request. */
const states = new WeakMap<Response, RequestState>();

/** @returns the state of the request that this response answers; the same object at each call */
export function stateOf(response: Response): RequestState {
  let state = states.get(response);
  if (!state) {
    state = {};
    states.set(response, state);
  }
  return state;
}
