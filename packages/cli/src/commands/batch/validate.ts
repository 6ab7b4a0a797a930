import { faultsOfGraph, type GraphOperation } from '@provisioning/client';
import type { ErrorDetail } from '@provisioning/contracts';
import { explainFaults } from './explain-fault.js';

/** Validates a batch offline: its schema, the ids of its operations and their dependencies. @returns the faults */
export async function faultsOfBatch(document: unknown): Promise<ErrorDetail[]> {
  // Loaded on demand: only this command needs the schemas, and they are slow to load.
  const [{ executeBatch }, { Compile }] = await Promise.all([
    import('@provisioning/contracts'),
    import('typebox/schema'),
  ]);
  const [isValid, errors] = Compile(executeBatch.body ?? {}).Errors(document);
  if (!isValid) return errors.flatMap(explainFaults);
  // Safe cast: the schema of the contract has accepted the document.
  return faultsOfGraph((document as { operations: GraphOperation[] }).operations);
}
