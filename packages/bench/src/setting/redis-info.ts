import { connect } from 'node:net';

export interface RedisFigures {
  /** Commands it has carried out, those within scripts too. */
  commands: number;
  /** Bytes that came in and went out. */
  bytes: number;
}

/** What a Redis counts about itself, asked in its own words: a client would be one more dependency for one question. */
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
    // It says goodbye by closing: everything has come by then.
    socket.once('close', () => resolve(answer.replaceAll('\r\n', '\n')));
    const lines = [...(password === '' ? [] : [`AUTH ${password}`]), ...questions, 'QUIT'];
    socket.write(lines.map((line) => `${line}\r\n`).join(''));
  });
}
