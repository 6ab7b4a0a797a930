/** As the inspector gives it (`Profiler.Profile` of the Chrome DevTools protocol). */
export interface Recording {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  /** Microseconds since the sample before. */
  timeDeltas: number[];
}

/** A share of the busy time. */
export interface Share {
  name: string;
  /** Percent of the time in which the process did anything. */
  percent: number;
}

/** The summary of a recording. */
export interface Summary {
  /** Percent of the recorded time. */
  busy: number;
  /** Modules: own files, packages, parts of Node, the garbage collector. The largest first, without those below a percent. */
  modules: Share[];
  functions: Share[];
}

const FUNCTIONS = 12;
const LEAST_PERCENT = 1;

/** Where the time of a process was spent: each moment counts for the running function, not for its callers. */
export function summaryOf({ nodes, samples, timeDeltas }: Recording): Summary {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const [modules, functions] = [new Map<string, number>(), new Map<string, number>()];
  let [busy, all] = [0, 0];
  samples.forEach((node, index) => {
    const { functionName, url } = frames.get(node)!;
    const took = timeDeltas[index] ?? 0;
    all += took;
    if (functionName === '(idle)') return;
    busy += took;
    const module = moduleOf(functionName, url);
    add(modules, module, took);
    add(functions, module === functionName ? module : `${functionName || '(anonymous)'} in ${module}`, took);
  });
  return {
    busy: all === 0 ? 0 : (100 * busy) / all,
    modules: sharesOf(modules, busy).filter(({ percent }) => percent >= LEAST_PERCENT),
    functions: sharesOf(functions, busy).slice(0, FUNCTIONS),
  };
}

function moduleOf(functionName: string, url: string): string {
  const library = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  if (library !== undefined) return library;
  const ours = /\/((?:services|packages)\/[^/]+)\/dist\/(.+)\.js$/.exec(url);
  if (ours) return `${ours[1]}/${ours[2]!.startsWith('src/') ? '' : 'src/'}${ours[2]}.ts`;
  // Native code of V8 and Node has no address: "(garbage collector)", "(program)", "writev".
  return url === '' ? nativeOf(functionName) : url;
}

function nativeOf(functionName: string): string {
  return functionName.startsWith('(') ? functionName : 'native code';
}

function add(times: Map<string, number>, name: string, took: number): void {
  times.set(name, (times.get(name) ?? 0) + took);
}

function sharesOf(times: ReadonlyMap<string, number>, whole: number): Share[] {
  return [...times]
    .map(([name, took]) => ({ name, percent: (100 * took) / whole }))
    .sort((one, other) => other.percent - one.percent);
}
