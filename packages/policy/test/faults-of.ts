import { isFailure, type FailureDetail } from '@provisioning/errors';

/** The details of the Failure that a function throws; none when it throws nothing. */
export function faultsOf(compile: () => unknown): FailureDetail[] {
  try {
    compile();
  } catch (error) {
    if (isFailure(error) && error.kind === 'invalid') return error.details ?? [];
    throw error;
  }
  return [];
}
