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
const NAMES = [
  'idle, median',
  'idle, 95th percentile',
  'under load, median',
  'under load, 95th percentile',
] as const;

/** How soon a line that a command prints arrives at a client; `stop` ends its platform. */
export function liveLog(): { work: Work; stop(): Promise<void> } {
  const setting = new LiveLog();
  return {
    work: {
      id: 'live-log',
      title: 'A line of a command to a client of /ws',
      unit: 'ms',
      better: 'less',
      contenders: together(NAMES, async () => {
        const idle = await setting.delays(0);
        const busy = await setting.delays(LOAD);
        return {
          'idle, median': percentile(idle, 0.5),
          'idle, 95th percentile': percentile(idle, 0.95),
          'under load, median': percentile(busy, 0.5),
          'under load, 95th percentile': percentile(busy, 0.95),
        };
      }),
      notes: [
        `${COMMANDS} commands that print a line every 0.3 to 0.7 s; from printing until a client reads the line. Under load: beside a batch of ${LOAD.toLocaleString('en-US')} operations that do nothing. Each line is a figure of its own: the ratio says nothing here.`,
      ],
    },
    stop: () => setting.stop(),
  };
}

/** A platform with one worker, and the program that prints. */
class LiveLog {
  #started: Promise<{ platform: Platform; folder: string }> | undefined;

  /** @param load operations that run meanwhile. @returns milliseconds for each line */
  async delays(load: number): Promise<number[]> {
    const { platform } = await (this.#started ??= start());
    const delays: number[] = [];
    const socket = new WebSocket(
      `${platform.orchestratorUrl.replace('http', 'ws')}/ws?event_types=LogEntry`,
      {
        headers: { Authorization: `Bearer ${platform.token}` },
      },
    );
    try {
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
      socket.on('message', (message: Buffer) => {
        const now = Date.now();
        const { data } = JSON.parse(message.toString()) as { data: { text?: string } };
        for (const line of data.text?.split('\n') ?? [])
          if (/^\d+\.\d{6}$/.test(line)) delays.push(Math.max(0, now - Number(line) * 1000));
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
      for (const until = Date.now() + WITHIN_MS; delays.length < COMMANDS * LINES; await sleep(50))
        if (Date.now() > until) throw new Error(`Only ${delays.length} lines arrived.`);
      return delays.sort((one, other) => one - other);
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
