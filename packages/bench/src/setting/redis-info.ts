import { connect } from 'node:net';

/** What a Redis has done so far. */
export interface RedisFigures {
  /** Commands that it has executed, including those in scripts. */
  commands: number;
  /** Bytes received and sent. */
  bytes: number;
}

/** The counters of a Redis, read without a client library, which would be a dependency for one request. */
export async function redisFigures(url: string): Promise<RedisFigures> {
  const text = await ask(new URL(url), ['INFO commandstats', 'INFO stats']);
  const sum = (pattern: RegExp) =>
    [...text.matchAll(pattern)].reduce((total, [, value]) => total + Number(value), 0);
  return {
    commands: sum(/^cmdstat_[^:]+:calls=(\d+)/gm),
    bytes: sum(/^total_net_(?:in|out)put_bytes:(\d+)/gm),
  };
}

function ask(url: URL, questions: readonly string[]): Promise<string> {
  const password = decodeURIComponent(url.password);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(url.port || 6379), url.hostname);
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.once('error', reject);
    // Redis closes the connection at the end: everything has arrived by then.
    socket.once('close', () => resolve(answer.replaceAll('\r\n', '\n')));
    const lines = [...(password === '' ? [] : [`AUTH ${password}`]), ...questions, 'QUIT'];
    socket.write(lines.map((line) => `${line}\r\n`).join(''));
  });
}
