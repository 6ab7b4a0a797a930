import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { percentile, type Work } from '../../compare.js';
import { startPlatform, type Platform } from '../../setting/platform.js';
import { request } from '../../setting/request.js';
import { together } from '../../setting/together.js';

const COMMANDS = 4;
const LINES = 30;
const WITHIN_MS = 120_000;
/** Prints the time of each line, in seconds with six decimals, and pauses between two lines. */
const PROGRAM = `#!/bin/bash
LC_ALL=C
for ((line = 0; line < $1; line++)); do
  echo "$EPOCHREALTIME"
  sleep "0.$((RANDOM % 400 + 300))"
done
`;
/** Operations that do nothing, beside the commands that print. */
const LOAD = 2_000;
/** The pause between two reads of a log over HTTP. */
const READ_MS = 50;
const WS = '/ws';
const LOGS = '/tasks/{id}/logs';
type Way = typeof WS | typeof LOGS;
/** The figures of one way, by their names. Computed keys have the type `string`, so they are cast. */
type Figures<Name extends Way> = Record<
  `${Name}, ${'idle' | 'under load'}, ${'median' | '95th percentile'}`,
  number
>;
const NAMES = [
  `${WS}, idle, median`,
  `${WS}, idle, 95th percentile`,
  `${WS}, under load, median`,
  `${WS}, under load, 95th percentile`,
  `${LOGS}, idle, median`,
  `${LOGS}, idle, 95th percentile`,
  `${LOGS}, under load, median`,
  `${LOGS}, under load, 95th percentile`,
] as const;

/** How soon a line that a command prints arrives at a client; `stop` ends its platform. */
export function liveLog(): { work: Work; stop(): Promise<void> } {
  const setting = new LiveLog();
  return {
    work: {
      id: 'live-log',
      title: 'A line of a command to a client',
      unit: 'ms',
      better: 'less',
      contenders: together(NAMES, async () => {
        const idle = await setting.delays(0);
        const busy = await setting.delays(LOAD);
        return {
          ...figuresOf(WS, idle[WS], busy[WS]),
          ...figuresOf(LOGS, idle[LOGS], busy[LOGS]),
        };
      }),
      notes: [
        `${COMMANDS} commands that print a line every 0.3 to 0.7 s; from printing until a client has the line: one that follows /ws, and one that reads the log of each command with /tasks/{id}/logs?after= again ${READ_MS} ms after each answer. Under load: beside a batch of ${LOAD.toLocaleString('en-US')} operations that do nothing. Each line is a figure of its own: the ratio says nothing here.`,
      ],
    },
    stop: () => setting.stop(),
  };
}

function figuresOf<Name extends Way>(way: Name, idle: readonly number[], busy: readonly number[]) {
  const of = (delays: readonly number[], share: number) =>
    percentile(
      delays.toSorted((one, other) => one - other),
      share,
    );
  // Safe cast: the four names of Figures.
  return {
    [`${way}, idle, median`]: of(idle, 0.5),
    [`${way}, idle, 95th percentile`]: of(idle, 0.95),
    [`${way}, under load, median`]: of(busy, 0.5),
    [`${way}, under load, 95th percentile`]: of(busy, 0.95),
  } as Figures<Name>;
}

/** A platform with one worker, and the program that prints. */
class LiveLog {
  #started: Promise<{ platform: Platform; folder: string }> | undefined;

  /** @param load operations that run meanwhile. @returns milliseconds for each line */
  async delays(load: number): Promise<Record<Way, number[]>> {
    const { platform } = await (this.#started ??= start());
    const delays: Record<Way, number[]> = { [WS]: [], [LOGS]: [] };
    const readers = new Map<string, Promise<void>>();
    const socket = new WebSocket(
      `${platform.orchestratorUrl.replace('http', 'ws')}/ws?event_types=LogEntry`,
      {
        headers: { Authorization: `Bearer ${platform.token}` },
      },
    );
    try {
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
      socket.on('message', (message: Buffer) => {
        // Safe cast: the contract of events.
        const { data } = JSON.parse(message.toString()) as { data: { task_id: string; text?: string } };
        const found = delaysOf(data.text?.split('\n') ?? []);
        delays[WS].push(...found);
        // A log is read from its second line on: the first one makes the command known.
        if (found.length === 0 || readers.has(data.task_id)) return;
        const reading = readLog(platform, data.task_id, delays[LOGS]);
        readers.set(data.task_id, reading);
        // Its failure is thrown below, where all are awaited.
        reading.catch(() => undefined);
      });
      if (load > 0)
        await submit(
          platform,
          Array.from({ length: load }, (_, index) => ({
            id: `op-${index}`,
            type: 'server_batch',
            provider: 'noop',
            infra: 'default',
            server_configs: [{ name: `server-${index}`, plan: 'small', zone: 'z' }],
          })),
        );
      await submit(
        platform,
        Array.from({ length: COMMANDS }, (_, index) => ({
          id: `print-${index}`,
          type: 'command_batch',
          commands: [`print ${LINES}`],
        })),
      );
      for (const until = Date.now() + WITHIN_MS; delays[WS].length < COMMANDS * LINES; await sleep(50))
        if (Date.now() > until) throw new Error(`Only ${delays[WS].length} lines arrived.`);
      await Promise.all(readers.values());
      return delays;
    } finally {
      socket.terminate();
    }
  }

  async stop(): Promise<void> {
    const started = await this.#started;
    if (!started) return;
    await started.platform.stop();
    await rm(started.folder, { recursive: true, force: true });
  }
}

/** Milliseconds since each of the lines was printed. */
function delaysOf(lines: readonly string[]): number[] {
  const now = Date.now();
  return lines
    .filter((line) => /^\d+\.\d{6}$/.test(line))
    .map((line) => Math.max(0, now - Number(line) * 1000));
}

/** Reads the log of a command to its end. @param delays receives those of the lines that are printed from now on */
async function readLog({ orchestratorUrl, token }: Platform, id: string, delays: number[]): Promise<void> {
  let isFirst = true;
  for (let after = 0; after < LINES; await sleep(READ_MS)) {
    const path = `/tasks/${id}/logs?after=${after}`;
    const { status, text } = await request(orchestratorUrl, 'GET', path, undefined, token);
    if (status !== 200) throw new Error(`${path} was answered with ${status}: ${text}`);
    // Safe cast: the contract of the operation defines this answer.
    const lines = (JSON.parse(text) as { data: { line: number; text: string }[] }).data;
    if (!isFirst) delays.push(...delaysOf(lines.map((line) => line.text)));
    isFirst = false;
    after = lines.at(-1)?.line ?? after;
  }
}

async function start(): Promise<{ platform: Platform; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'provisioning-bench-print-'));
  const program = join(folder, 'print');
  await writeFile(program, PROGRAM);
  await chmod(program, 0o755);
  await chmod(folder, 0o755);
  const platform = await startPlatform({
    redis: false,
    workers: 1,
    environment: { BATCH_COMMANDS: `print=${program}` },
  });
  return { platform, folder };
}

async function submit({ orchestratorUrl, token }: Platform, operations: object[]): Promise<void> {
  const body = { name: 'live-log', parallel_limit: 16, operations };
  const { status, text } = await request(orchestratorUrl, 'POST', '/batch/execute', body, token);
  if (status !== 200) throw new Error(`a batch was answered with ${status}: ${text}`);
}
