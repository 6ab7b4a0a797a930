import { Failure, type FailureDetail } from '@provisioning/errors';
import { v7 as uuidv7 } from 'uuid';
import { actsOfOperation } from '../access/acts-of.js';
import type { DefinedKind, KnownDefinitions } from '../workflow/definitions.js';
import type { NewOperation, OperationSpec } from './batch.js';
import { wordsOf } from './command-line.js';
import { faultsOf } from './graph.js';
import { makersBelow, type Placement } from './placement.js';
import { forEachPausing, noPause, type Pause } from './pause.js';

/** What operations may use in this installation. */
export interface Capabilities {
  /** All providers; `unavailable` says why one cannot be used. */
  providers: ReadonlyMap<string, { unavailable?: string }>;
  /** Names of the programs that a `command_batch` may run. */
  commands: ReadonlySet<string>;
  /** Task services and cluster types that can be installed. */
  definitions: KnownDefinitions;
}

const DEFAULT_RETRIES = 2;
const MAX_ATTEMPTS = 3;
const MAX_DETAILS = 20;
/** So many rows fit into one transaction within its time limit. */
const MAX_DEPENDENCIES = 200_000;
/** Servers of an operation, as the contract limits a list of names; and of a batch, since every operation stores its list. */
const MAX_SERVERS = 1_000;
const MAX_SERVERS_IN_ALL = 100_000;

/**
 * Checks all operations of a batch.
 * @param kept ids of operations that are not run again: providers and definitions that they use need not exist any more
 * @throws Failure `invalid` (`invalid_batch`) with the first 20 faults
 */
export async function checkOperations(
  specs: readonly OperationSpec[],
  capabilities: Capabilities,
  kept: ReadonlySet<string> = new Set(),
  pause: Pause = noPause,
): Promise<void> {
  const { definitions } = capabilities;
  const faults: FailureDetail[] = faultsOf(specs).map(({ operation, dependency, message }) => ({
    path: `operations[${operation}].${dependency === undefined ? 'id' : `dependencies[${dependency}]`}`,
    message,
  }));
  await pause();
  if (faults.length === 0) faults.push(...(await faultsOfSize(specs, pause)));
  const undefinedNames: UndefinedName[] = [];
  const toRun = specs.flatMap((spec, index) => (kept.has(spec.id) ? [] : [{ spec, index }]));
  await forEachPausing(toRun, pause, ({ spec, index }) => {
    faults.push(
      ...faultsOfOperation(spec, capabilities).map(({ path, message }) => ({
        path: `operations[${index}].${path}`,
        message,
      })),
    );
    for (const one of undefinedNamesOf(spec, definitions))
      undefinedNames.push({ ...one, path: `operations[${index}].${one.path}` });
  });
  const total = faults.length + undefinedNames.length;
  // Only faults that are shown are phrased: each needs a search for the most similar name.
  for (const { path, kind, name } of undefinedNames.slice(0, Math.max(0, MAX_DETAILS - faults.length)))
    faults.push({ path, message: definitions.fault(kind, name) });
  const [first] = faults;
  if (!first) return;
  const more = total > 1 ? ` (and ${total - 1} more)` : '';
  throw new Failure('invalid', `The batch cannot be run: ${first.path} ${first.message}${more}.`, {
    code: 'invalid_batch',
    details: faults.slice(0, MAX_DETAILS),
  });
}

/** A name without a definition, and its path in the request. */
interface UndefinedName {
  path: string;
  kind: DefinedKind;
  name: string;
}

function undefinedNamesOf(
  { taskservs = [], cluster_type: type }: OperationSpec,
  definitions: KnownDefinitions,
): UndefinedName[] {
  const names: UndefinedName[] = [];
  for (const [index, name] of taskservs.entries())
    if (!definitions.has('taskserv', name))
      names.push({ path: `taskservs[${index}]`, kind: 'taskserv', name });
  if (type !== undefined && !definitions.has('cluster', type))
    names.push({ path: 'cluster_type', kind: 'cluster', name: type });
  return names;
}

/** Limits of what a small request can cause. The graph has no faults. */
async function faultsOfSize(specs: readonly OperationSpec[], pause: Pause): Promise<FailureDetail[]> {
  const dependencies = specs.reduce((sum, spec) => sum + spec.dependencies.length, 0);
  if (dependencies > MAX_DEPENDENCIES)
    return [
      {
        path: 'operations',
        message: `must have at most ${MAX_DEPENDENCIES} dependencies in all, and have ${dependencies}. List direct dependencies only`,
      },
    ];
  const makersOf = makersBelow(specs);
  await pause();
  const faults: FailureDetail[] = [];
  let all = 0;
  // Stops at the last fault that is reported: a small request may mean millions of servers.
  await forEachPausing(specs, pause, (spec, index) => {
    const count = makersOf(spec).reduce((sum, { server_configs: configs = [] }) => sum + configs.length, 0);
    all += count;
    const path = `operations[${index}].servers`;
    if (count > MAX_SERVERS)
      faults.push({
        path,
        message: `is required: without it, ${count} servers are meant (${MAX_SERVERS} at most)`,
      });
    else if (all > MAX_SERVERS_IN_ALL)
      faults.push({
        path,
        message: `is required: operations without servers have more than ${MAX_SERVERS_IN_ALL} servers in all`,
      });
    return faults.length < MAX_DETAILS && all <= MAX_SERVERS_IN_ALL;
  });
  return faults;
}

function faultsOfOperation(
  spec: OperationSpec,
  { providers, commands }: Capabilities,
): { path: string; message: string }[] {
  const faults: { path: string; message: string }[] = [];
  if (spec.provider !== undefined) {
    const provider = providers.get(spec.provider);
    if (!provider)
      faults.push({
        path: 'provider',
        message: `must be one of ${[...providers.keys()].join(', ')}, not "${spec.provider}"`,
      });
    else if (provider.unavailable) faults.push({ path: 'provider', message: provider.unavailable });
  }
  const names = (spec.server_configs ?? []).map(({ name }) => name);
  names.forEach((name, index) => {
    if (names.indexOf(name) !== index)
      faults.push({
        path: `server_configs[${index}].name`,
        message: `must be unique: "${name}" is used twice`,
      });
  });
  for (const member of ['commands', 'undo_commands'] as const)
    (spec[member] ?? []).forEach((line, index) => {
      const [program = ''] = wordsOf(line);
      if (!commands.has(program))
        faults.push({ path: `${member}[${index}]`, message: notAllowed(program, commands) });
    });
  return faults;
}

function notAllowed(program: string, commands: ReadonlySet<string>): string {
  const allowed = commands.size > 0 ? `Allowed are: ${[...commands].join(', ')}` : 'No program is allowed';
  return `runs "${program}", which this installation does not allow. ${allowed} (BATCH_COMMANDS)`;
}

/**
 * Plans the tasks of a batch's operations.
 * @param kept completed tasks of an earlier batch, by operation id, whose outcome is kept
 * @param placement the servers of task services
 * @param earlier tasks of an earlier batch, by operation id, whose work is done again
 */
export async function planOperations(
  specs: readonly OperationSpec[],
  kept: ReadonlyMap<string, string> = new Map(),
  pause: Pause = noPause,
  { makersOf, elsewhere }: Placement = { makersOf: makersBelow(specs), elsewhere: () => [] },
  earlier: ReadonlyMap<string, string> = new Map(),
): Promise<NewOperation[]> {
  await pause();
  const ids = new Map<string, string>();
  await forEachPausing(specs, pause, ({ id }) => void ids.set(id, uuidv7()));
  const planned: NewOperation[] = [];
  await forEachPausing(specs, pause, (spec, seq) => {
    const pendingDeps = spec.dependencies.filter((id) => !kept.has(id)).length;
    const keptFrom = kept.get(spec.id) ?? null;
    const isCommand = spec.type === 'command_batch';
    const retries = spec.retries ?? DEFAULT_RETRIES;
    planned.push({
      id: ids.get(spec.id)!,
      spec: withServers(spec, makersOf(spec)),
      seq,
      status: keptFrom ? 'Completed' : pendingDeps > 0 ? 'Blocked' : 'Waiting',
      dependsOn: spec.dependencies.map((id) => ids.get(id)!),
      pendingDeps: keptFrom ? 0 : pendingDeps,
      runner: isCommand ? 'command' : 'operation',
      program: isCommand ? 'commands' : spec.type,
      args: spec.commands ?? [],
      maxAttempts: MAX_ATTEMPTS,
      // A command without retries must not run twice. Drivers recognise what they have done.
      repeatable: !isCommand || retries > 0,
      reconcilable: !isCommand,
      undoable: !isCommand || spec.undo_commands !== undefined,
      retries,
      timeoutSeconds: spec.timeout ?? null,
      keptFrom,
      retryOf: earlier.get(spec.id) ?? null,
      acts: actsOfOperation(spec, elsewhere(spec)),
    });
  });
  return planned;
}

/** Task services without `servers` are installed on the servers that their dependencies create, else on all servers. */
function withServers(spec: OperationSpec, makers: readonly OperationSpec[]): OperationSpec {
  const servers = makers.flatMap(({ server_configs: configs = [] }) => configs.map(({ name }) => name));
  return servers.length > 0 ? { ...spec, servers: [...new Set(servers)] } : spec;
}
