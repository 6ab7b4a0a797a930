import { spawn } from 'node:child_process';

/**
 * A run that is interrupted or killed never reaches its teardown. This small shell waits until this process's end of a
 * pipe closes; then it ends the servers and removes their files. Its own session protects it from signals to the run.
 */
export function endWithUs(pids, folder) {
  if (process.platform === 'win32') return { release: () => undefined };
  const script =
    'read -r line; [ "$line" = released ] && exit; folder=$1; shift; kill -INT "$@"; sleep 2; kill -KILL "$@"; rm -rf "$folder"';
  const shell = spawn('sh', ['-c', script, 'sh', folder, ...pids.map(String)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.unref();
  shell.stdin.unref?.();
  return { release: () => shell.stdin.end('released\n') };
}
