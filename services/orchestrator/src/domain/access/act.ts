import type { Action } from '@provisioning/policy';
import { wordsOf } from '../batch/command-line.js';
import type { OperationSpec } from '../batch/batch.js';

export type ThingKind = 'server' | 'taskserv' | 'cluster' | 'command';

/** Something that work does to something, as the policies know it. */
export interface Act {
  action: Extract<Action, 'create' | 'update' | 'delete' | 'execute'>;
  kind: ThingKind;
  infra: string;
  /** Of a task service, its name; of a cluster, its type; of a command, its program; null for servers. */
  name: string | null;
  /** Null where it is only known when the work runs. */
  provider: string | null;
}

/** `servers:<infra>`, `taskservs:<infra>/<name>`, `clusters:<infra>/<type>` or `commands:<infra>/<program>`. */
export function resourceOf({ kind, infra, name }: Pick<Act, 'kind' | 'infra' | 'name'>): string {
  return kind === 'server' ? `servers:${infra}` : `${kind}s:${infra}/${name ?? '*'}`;
}

/** What a run of the `provisioning` command does: `servers create`, `taskserv create <name>`, `cluster delete <type>`… */
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

/** What an operation of a batch does. Bringing what exists to the wanted state counts as creating it. */
export function actsOfOperation(spec: OperationSpec): Act[] {
  const { infra, provider = null } = spec;
  switch (spec.type) {
    case 'server_batch':
      return [{ action: 'create', kind: 'server', infra, name: null, provider }];
    case 'taskserv_batch':
      return (spec.taskservs ?? []).map((name) => ({
        action: 'create',
        kind: 'taskserv',
        infra,
        name,
        provider,
      }));
    case 'cluster_batch':
      return [{ action: 'create', kind: 'cluster', infra, name: spec.cluster_type ?? null, provider }];
    case 'command_batch': {
      const lines = [...(spec.commands ?? []), ...(spec.undo_commands ?? [])];
      const programs = new Set(lines.map((line) => wordsOf(line)[0] ?? ''));
      return [...programs].map((name) => ({ action: 'execute', kind: 'command', infra, name, provider }));
    }
    case 'undo':
      return distinctActs((spec.changes ?? []).map((change) => undoing({ infra, provider, ...change })));
  }
}

const UNDOES = { created: 'delete', changed: 'update', destroyed: 'create' } as const;

/** A change that was made, as a report describes it. */
interface Change {
  infra: string;
  provider: string | null;
  action?: string;
  kind?: string;
  name?: string;
}

function undoing({ infra, provider, action, kind, name }: Change): Act {
  return {
    action: action !== undefined && action in UNDOES ? UNDOES[action as keyof typeof UNDOES] : 'update',
    ...thingOf(kind ?? '', name ?? ''),
    infra,
    provider,
  };
}

/** Which thing a resource of the inventory belongs to: a task service is kept as `<server>/<name>`. */
export function thingOf(kind: string, name: string): Pick<Act, 'kind' | 'name'> {
  if (kind === 'taskserv') return { kind, name: name.slice(name.lastIndexOf('/') + 1) };
  if (kind === 'cluster') return { kind, name };
  return { kind: 'server', name: null };
}

/** The same for the same thing. */
export function actKey({ kind, infra, name, provider }: Omit<Act, 'action'>): string {
  return JSON.stringify([kind, infra, name, provider]);
}

export function distinctActs(acts: readonly Act[]): Act[] {
  return [...new Map(acts.map((act) => [`${act.action} ${actKey(act)}`, act])).values()];
}
