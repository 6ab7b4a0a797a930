import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Work } from '../compare.js';
import type { Suite } from '../suite.js';

const SERVERS = 2_000;
const OURS = `ours, ${SERVERS} servers with contracts`;

const SCHEMA = `
let Name = std.contract.from_validator (fun name =>
  if std.string.is_match "^[a-z][a-z0-9-]*$" name then 'Ok else 'Error { message = "not a name" }) in
let Volume = { size_gb | std.number.PosNat, tier | [| 'fast, 'cheap |] | default = 'fast } in
{
  Server = {
    name | String | Name,
    plan | String | default = "1xCPU-2 GB",
    zone | String,
    labels | { _ | String } | default = {},
    volumes | Array Volume | default = [],
    taskservs | Array String | default = [],
  },
  Settings = { servers | Array Server, provider | [| 'local, 'upcloud |] },
}
`;

const CONFIG = `
let { Settings, .. } = import "../schema.ncl" in
let base = { zone = "de-fra1", labels.stage = "production", volumes = [{ size_gb = 20 }, { size_gb = 100, tier = 'cheap }] } in
let server = fun n =>
  base & { name = "web-%{n}", labels.role = if n % 2 == 0 then "web" else "db", taskservs = ["containerd", "kubernetes"] } in
{ provider = 'local, servers = std.array.map server (std.array.range 0 ${SERVERS}) } | Settings
`;

/** Evaluates the settings in a process of its own, as the command line does, and reports what that took. */
const SCRIPT = `
const { evaluateFile } = await import(process.argv[1]);
const start = performance.now();
const { value } = await evaluateFile({ root: process.argv[2], path: process.argv[3] });
const seconds = (performance.now() - start) / 1000;
const servers = value.fields.find(({ name }) => name === 'servers').value.items.length;
process.stdout.write(JSON.stringify({ seconds, servers, megabytes: process.resourceUsage().maxRSS / 1024 }));
`;

interface Evaluation {
  seconds: number;
  servers: number;
  /** The largest memory of the process. */
  megabytes: number;
}

/** Nickel settings of a large infra: time and memory. */
export const settingsSuite: Suite = {
  name: 'settings',
  prepare: async () => {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'provisioning-bench-')));
    const config = join(root, 'production', 'config.ncl');
    await mkdir(join(root, 'production'));
    await writeFile(join(root, 'schema.ncl'), SCHEMA);
    await writeFile(config, CONFIG);
    const evaluate = () => evaluation(root, config);
    return {
      works: [time(evaluate), memory(evaluate)],
      stop: () => rm(root, { recursive: true }),
    };
  },
};

async function evaluation(root: string, config: string): Promise<Evaluation> {
  const evaluator = import.meta.resolve('@provisioning/nickel');
  const args = ['--input-type=module', '-e', SCRIPT, evaluator, root, config];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  // Safe cast: the evaluator prints it.
  const evaluated = JSON.parse(stdout) as Evaluation;
  if (evaluated.servers !== SERVERS) throw new Error(`The settings have ${evaluated.servers} servers.`);
  return evaluated;
}

function time(evaluate: () => Promise<Evaluation>): Work {
  return {
    id: 'time',
    title: `Evaluate the settings of ${SERVERS} servers`,
    unit: 's',
    better: 'less',
    contenders: [{ name: OURS, measure: async () => (await evaluate()).seconds }],
    bars: [{ of: OURS, atMost: 1 }],
  };
}

function memory(evaluate: () => Promise<Evaluation>): Work {
  return {
    id: 'memory',
    title: `Memory of the process that evaluates the settings of ${SERVERS} servers`,
    unit: 'MiB',
    better: 'less',
    contenders: [{ name: OURS, measure: async () => (await evaluate()).megabytes }],
    bars: [{ of: OURS, atMost: 200 }],
  };
}
