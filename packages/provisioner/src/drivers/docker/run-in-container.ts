import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { LineSplitter } from '../../line-splitter.js';
import { DriverError, type ActContext, type Driver, type ServerScript } from '../driver.js';
import type { Engine } from './engine.js';

const MAX_LINE_BYTES = 1024 * 1024;
/** The environment variable that marks every process of a script. */
const COOKIE = 'PROVISIONING_SCRIPT';

// The script is sent over the standard input, which then stays open. When it is closed, the caller is gone, and the
// script is ended with all its processes.
const GUARD = `
end_all() {
  for round in 1 2 3 4 5; do
    left=0
    for environ in /proc/[0-9]*/environ; do
      pid=\${environ#/proc/}; pid=\${pid%/environ}
      [ "$pid" = $$ ] && continue
      [ "$pid" = "$BASHPID" ] && continue
      if grep -qzxF "${COOKIE}=$1" "$environ" 2>/dev/null; then kill -KILL "$pid" 2>/dev/null && left=1; fi
    done
    [ $left = 0 ] && return
  done
}`;

const RUN = `${GUARD}
IFS= read -r size
script=$(head -c "$size"; echo x)
exec 3<&0 0</dev/null
export ${COOKIE}=$1
${''}(bash -c 'script=$(cat); exec 0</dev/null 3<&-; eval "$script"' <<<"\${script%x}") 3<&- &
running=$!
export -n ${COOKIE}
( read -r -u 3 _; end_all "$1" ) &
watching=$!
exec 3<&-
wait $running
code=$?
kill $watching 2>/dev/null
exit $code`;

const END = `${GUARD}
end_all "$1"`;

/** Runs scripts in containers, as root, over the engine's own channel. */
export function runInContainers(engine: Engine): NonNullable<Driver['run']> {
  return async ({ id, name }, script, context) => {
    const { signal } = context;
    signal?.throwIfAborted();
    const cookie = randomBytes(12).toString('hex');
    const timeout = AbortSignal.timeout(script.timeoutSeconds * 1000);
    const stop = AbortSignal.any([timeout, ...(signal ? [signal] : [])]);
    const exitCode = await runOnce(engine, { id, name, cookie }, script, context, stop);
    if (exitCode !== null) return { exitCode };
    await endAll(engine, { id, name, cookie });
    signal?.throwIfAborted();
    if (timeout.aborted) {
      throw new DriverError(
        `A script on server ${name} did not end within ${script.timeoutSeconds} s and was terminated.`,
      );
    }
    throw new DriverError(
      `The connection to server ${name} broke while a script ran; the script was terminated. Run the command again.`,
    );
  };
}

interface Place {
  id: string;
  name: string;
  cookie: string;
}

/** @returns null if it did not end on its own */
async function runOnce(
  engine: Engine,
  { id, name, cookie }: Place,
  { text, environment }: ServerScript,
  { log }: ActContext,
  stop: AbortSignal,
): Promise<number | null> {
  const what = `No script can run on server ${name}`;
  const exec = await engine.ask(
    (docker) =>
      docker.getContainer(id).exec({
        Cmd: ['bash', '-c', RUN, 'bash', cookie],
        Env: Object.entries(environment).map(([variable, value]) => `${variable}=${value}`),
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
        User: 'root',
      }),
    { what },
  );
  const channel = await engine.ask(() => exec.start({ hijack: true, stdin: true }), { what });
  if (stop.aborted) {
    channel.destroy();
    return null;
  }
  const input = Buffer.from(text);
  // An abort that closes the input also ends the script.
  const ended = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error'] as const) channel.once(event, () => resolve());
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
  const flush = demultiplexed(engine, channel, log ?? (() => {}));
  channel.write(Buffer.concat([Buffer.from(`${input.length}\n`), input]));
  await ended;
  flush();
  if (stop.aborted) {
    channel.destroy();
    return null;
  }
  const { ExitCode, Running } = await engine.ask(() => exec.inspect(), { what });
  return Running || ExitCode === null ? null : ExitCode;
}

/** @returns a function that returns the last lines without a line break */
function demultiplexed(
  engine: Engine,
  channel: NodeJS.ReadableStream,
  log: (line: string) => void,
): () => void {
  const splitters = [0, 1].map(() => {
    const splitter = new LineSplitter(MAX_LINE_BYTES, 'cut');
    const stream = new PassThrough();
    stream.on('data', (chunk: Buffer) => splitter.push(chunk).forEach(log));
    return { splitter, stream };
  });
  engine.docker.modem.demuxStream(channel, splitters[0]!.stream, splitters[1]!.stream);
  return () => splitters.forEach(({ splitter }) => splitter.rest().forEach(log));
}

/** Ends all processes of a script in a container. The container itself may be gone. */
async function endAll(engine: Engine, { id, name, cookie }: Place): Promise<void> {
  const what = `The script on server ${name} cannot be terminated`;
  const exec = await engine.find(
    (docker) =>
      docker
        .getContainer(id)
        .exec({ Cmd: ['bash', '-c', END, 'bash', cookie], User: 'root', AttachStdout: true }),
    { what },
  );
  if (!exec) return;
  const channel = await engine.ask(() => exec.start({ hijack: true, stdin: false }), { what });
  channel.resume();
  await new Promise((resolve) => channel.once('end', resolve).once('close', resolve).once('error', resolve));
}
