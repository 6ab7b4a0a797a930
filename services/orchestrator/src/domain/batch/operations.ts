import { Failure, type FailureDetail } from '@provisioning/errors';
import { v7 as uuidv7 } from 'uuid';
import { actsOfOperation } from '../access/acts-of.js';
import type { DefinedKind, KnownDefinitions } from '../workflow/definitions.js';
import type { NewOperation, OperationSpec } from './batch.js';
import { wordsOf } from './command-line.js';
import { faultsOf } from './graph.js';
import { makersBelow, type Placement } from './placement.js';
import { forEachPausing, noPause, type Pause } from './pause.js';

/** What operations may use here. */
export interface Capabilities {
  /** Providers that can be asked, and of the others why not. */
  providers: ReadonlyMap<string, { unavailable?: string }>;
  /** Names of the programs that a `command_batch` may run. */
  commands: ReadonlySet<string>;
  /** Task services and cluster types that can be installed. */
  definitions: KnownDefinitions;
}

const DEFAULT_RETRIES = 2;
const MAX_ATTEMPTS = 3;
const MAX_DETAILS = 20;
/** What Postgres takes in one transaction, well within the time that it has. */
const MAX_DEPENDENCIES = 200_000;
/** As many as an operation may name itself; and in all, since each operation keeps its own list. */
const MAX_SERVERS = 1_000;
const MAX_SERVERS_IN_ALL = 100_000;

/**
 * Checks the operations of a batch as a whole.
 * @param kept ids of operations that are not run again: what they use need not be there any more
 * @throws Failure with every fault, twenty at most
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
  // Only what is shown is put into words: the nearest of the known names is sought for each.
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

/** What is to be installed and nothing defines, and where that is said. */
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

/** Small requests may mean a lot. The graph has no fault. */
async function faultsOfSize(specs: readonly OperationSpec[], pause: Pause): Promise<FailureDetail[]> {
  const dependencies = specs.reduce((sum, spec) => sum + spec.dependencies.length, 0);
  if (dependencies > MAX_DEPENDENCIES)
    return [
      {
        path: 'operations',
        message: `have ${dependencies} dependencies in all, and ${MAX_DEPENDENCIES} are the most: name the direct ones alone`,
      },
    ];
  const makersOf = makersBelow(specs);
  await pause();
  const faults: FailureDetail[] = [];
  let all = 0;
  // No further than to what is reported: a small request may mean millions of servers.
  await forEachPausing(specs, pause, (spec, index) => {
    const count = makersOf(spec).reduce((sum, { server_configs: configs = [] }) => sum + configs.length, 0);
    all += count;
    const path = `operations[${index}].servers`;
    if (count > MAX_SERVERS)
      faults.push({
        path,
        message: `must be named: it depends on ${count} servers (${MAX_SERVERS} are the most)`,
      });
    else if (all > MAX_SERVERS_IN_ALL)
      faults.push({
        path,
        message: `must be named: with it, operations that name no servers have more than ${MAX_SERVERS_IN_ALL} in all`,
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
        message: `must be one of ${[...providers.keys()].join(', ')}, and is "${spec.provider}"`,
      });
    else if (provider.unavailable) faults.push({ path: 'provider', message: provider.unavailable });
  }
  const names = (spec.server_configs ?? []).map(({ name }) => name);
  names.forEach((name, index) => {
    if (names.indexOf(name) !== index)
      faults.push({ path: `server_configs[${index}].name`, message: `is there twice: "${name}"` });
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
  const allowed = commands.size > 0 ? `allowed are ${[...commands].join(', ')}` : 'none is';
  return `runs "${program}", which this installation does not allow: ${allowed} (BATCH_COMMANDS)`;
}

/**
 * The rows of a batch's operations.
 * @param kept by operation id: the completed task of an earlier batch that stands for it
 * @param placement where task services land
 * @param earlier by operation id: the task of an earlier batch whose work it does again
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
      // Who allows no retries of a command says that it must not run twice. Drivers recognise what they did.
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

/** Task services without servers go to the servers made by what they depend on; with none of these, to all there are. */
function withServers(spec: OperationSpec, makers: readonly OperationSpec[]): OperationSpec {
  const servers = makers.flatMap(({ server_configs: configs = [] }) => configs.map(({ name }) => name));
  return servers.length > 0 ? { ...spec, servers: [...new Set(servers)] } : spec;
}
