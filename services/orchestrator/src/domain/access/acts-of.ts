import type { OperationSpec } from '../batch/batch.js';
import { wordsOf } from '../batch/command-line.js';
import type { ChangeReport, ReportedAction } from '../rollback/change-report.js';
import { distinctActs, thingOf, type Act } from './act.js';

/** Returns the acts of a run of the `provisioning` command: `servers create`, `taskserv create <name>`, `cluster delete <type>`… */
export function actsOfWorkflow(work: {
  infra: string;
  verb: readonly string[];
  args: readonly string[];
}): Act[] {
  const [noun, verb] = work.verb;
  const action = verb === 'delete' ? 'delete' : 'create';
  const kind = noun === 'taskserv' || noun === 'cluster' ? noun : 'server';
  const name = kind === 'server' ? null : (work.args[0] ?? null);
  return [{ action, kind, infra: work.infra, name, provider: null }];
}

/**
 * Returns the acts of an operation of a batch. Updating an existing resource counts as creating it.
 * @param elsewhere further providers on whose servers the operation installs task services
 */
export function actsOfOperation(spec: OperationSpec, elsewhere: readonly string[] = []): Act[] {
  const { infra, provider = null } = spec;
  switch (spec.type) {
    case 'server_batch':
      return [{ action: 'create', kind: 'server', infra, name: null, provider }];
    case 'taskserv_batch':
      return [...new Set([provider, ...elsewhere])].flatMap((at) =>
        (spec.taskservs ?? []).map((name): Act => ({
          action: 'create',
          kind: 'taskserv',
          infra,
          name,
          provider: at,
        })),
      );
    case 'cluster_batch':
      return [{ action: 'create', kind: 'cluster', infra, name: spec.cluster_type ?? null, provider }];
    case 'command_batch': {
      const lines = [...(spec.commands ?? []), ...(spec.undo_commands ?? [])];
      const programs = new Set(lines.map((line) => wordsOf(line)[0] ?? ''));
      return [...programs].map((name) => ({ action: 'execute', kind: 'command', infra, name, provider }));
    }
    case 'undo':
      return distinctActs((spec.changes ?? []).map((change) => undoOf(change, provider)));
  }
}

// Undoing an adoption changes the inventory, not the existence of the resource.
const UNDO_ACTIONS = {
  created: 'delete',
  changed: 'update',
  destroyed: 'create',
  adopted: 'update',
  forgotten: 'update',
} as const satisfies Record<ReportedAction, Act['action']>;

function undoOf({ infra, action, kind, name }: ChangeReport, provider: string | null): Act {
  return { action: UNDO_ACTIONS[action], ...thingOf(kind, name), infra, provider };
}
