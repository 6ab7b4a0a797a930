import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Ends processes that name the folder in their environment, command line or working directory; twice, for new children.
 */
const SCRIPT = `
read -r line; [ "$line" = released ] && exit
for round in 1 2; do
  for p in /proc/[0-9]*; do
    [ "$p" = "/proc/$$" ] && continue
    case "$(readlink "$p/cwd")" in "$1"*) kill -KILL "\${p#/proc/}"; continue;; esac
    grep -qsaF -- "$1" "$p/environ" "$p/cmdline" && kill -KILL "\${p#/proc/}"
  done
  sleep 1
done 2>/dev/null
rm -rf "$1"`;

/**
 * A run that is killed reaches no `finally`. This shell waits for this process's end of a pipe to close, then ends what
 * the run has started, including frozen processes, and removes its folder.
 */
export function guard(folder: string): { release: () => Promise<void> } {
  const shell = spawn('sh', ['-c', SCRIPT, 'sh', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const ended = once(shell, 'exit');
  return {
    release: async () => {
      shell.stdin.end('released\n');
      await ended;
    },
  };
}
