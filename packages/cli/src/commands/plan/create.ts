import type { BatchRequest, PlanRequest } from '@provisioning/contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../context.js';
import { EXIT, type ExitCode } from '../../exit-code.js';
import { readDocument } from '../../input.js';
import { UsageError } from '../../usage-error.js';
import { whatToUndo } from '../rollback/index.js';
import { showPlan } from './show.js';

interface CreateOptions {
  file?: string;
  workflow?: 'servers' | 'taskserv' | 'cluster';
  name?: string;
  infra?: string;
  settings?: string;
  delete?: boolean;
  rollback?: boolean;
  to?: string;
  operations?: string[];
  restore?: string;
  confirm?: string;
  wait?: boolean;
}

const POLL_MS = 500;

/** The options that belong to each kind of plan; the first one chooses it. */
const OPTIONS = {
  file: ['file'],
  workflow: ['workflow', 'name', 'infra', 'settings', 'delete'],
  rollback: ['rollback', 'to', 'operations'],
  restore: ['restore', 'confirm'],
} as const;
type Kind = keyof typeof OPTIONS;

/** Creates a plan of what the options say; shows it when it is planned with `wait`. */
export async function createPlan(context: Context, options: CreateOptions): Promise<ExitCode> {
  const { client, printer, terminal } = context;
  const body = await requestOf(context, options);
  let plan = await client.orchestrator.createPlan({ body });
  if (!options.wait) {
    printer.outcome(plan.status, `Created plan ${plan.id}.`, plan);
    return EXIT.done;
  }
  while (plan.status === 'Planning') {
    await sleep(POLL_MS, undefined, { signal: terminal.signal });
    plan = await client.orchestrator.getPlan({ params: { id: plan.id } });
  }
  showPlan(printer, plan);
  if (plan.status === 'Planned') return EXIT.pending;
  return plan.status === 'Approved' ? EXIT.done : EXIT.failed;
}

async function requestOf({ terminal }: Context, options: CreateOptions): Promise<PlanRequest> {
  switch (kindOf(options)) {
    case 'file':
      // Safe cast: the service validates the body and reports every fault.
      return { batch: (await readDocument(options.file ?? '', terminal)) as BatchRequest };
    case 'workflow':
      return { workflow: workflowOf(options) };
    case 'rollback':
      return { rollback: whatToUndo(options) };
    case 'restore': {
      const { restore: checkpoint_id = '', confirm } = options;
      return { restore: { checkpoint_id, ...(confirm === undefined ? {} : { confirm }) } };
    }
  }
}

function kindOf(options: CreateOptions): Kind {
  // Safe cast: they are the members of this constant.
  const kinds = (Object.keys(OPTIONS) as Kind[]).filter((kind) => options[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1)
    throw new UsageError('One of --file, --workflow, --rollback and --restore is required.');
  for (const [other, names] of Object.entries(OPTIONS))
    for (const name of names)
      if (other !== kind && options[name] !== undefined)
        throw new UsageError(`--${name} is only for --${other}, not for --${kind}.`);
  return kind;
}

function workflowOf({ workflow: kind, name, infra, settings, delete: isDelete }: CreateOptions) {
  if (infra === undefined || settings === undefined)
    throw new UsageError('--workflow requires --infra and --settings.');
  const work = {
    operation: isDelete ? ('delete' as const) : ('create' as const),
    infra,
    settings,
    wait: true,
  };
  if (kind === 'taskserv' || kind === 'cluster') {
    if (name === undefined) throw new UsageError(`--workflow ${kind} requires --name.`);
    return kind === 'taskserv' ? { ...work, kind, taskserv: name } : { ...work, kind, cluster_type: name };
  }
  if (name !== undefined)
    throw new UsageError('--workflow servers does not accept --name: the settings list the servers.');
  return { ...work, kind: 'servers' as const };
}
