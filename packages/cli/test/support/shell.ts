import { Readable, Writable } from 'node:stream';
import { run } from '../../src/index.js';

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Runs provctl in this process against one address. */
export async function shell(
  url: string,
  args: string[],
  { input = '', signal = new AbortController().signal }: { input?: string; signal?: AbortSignal } = {},
): Promise<Ran> {
  const [stdout, stderr] = [new Collected(), new Collected()];
  const environment = {
    url,
    controlCenterUrl: url,
    token: 'a-token',
    profile: undefined,
    profilesFile: '/nowhere/profiles.json',
    color: false,
  };
  const code = await run(
    args,
    { stdin: Readable.from([Buffer.from(input)]), stdout, stderr, signal },
    environment,
  );
  return { code, out: stdout.text, err: stderr.text };
}

class Collected extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
