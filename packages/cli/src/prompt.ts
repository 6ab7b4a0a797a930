import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { decodeUtf8 } from '@provisioning/input';
import { readAll, type Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/** Asks whoever sits there; what is secret is not shown while it is typed. */
export async function ask(
  { stdin, stderr, signal }: Terminal,
  question: string,
  { secret = false }: { secret?: boolean } = {},
): Promise<string> {
  if (!stdin.isTTY) throw new UsageError(`'${question}' can't be asked here: there is no terminal.`);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: secret ? silent : stderr, terminal: true });
  try {
    if (secret) stderr.write(`${question}: `);
    return await lines.question(secret ? '' : `${question}: `, { signal });
  } finally {
    lines.close();
    if (secret) stderr.write('\n');
  }
}

/** From the standard input, where a script gives it there; else from whoever sits there. */
export async function askPassword(terminal: Terminal, fromStdin: boolean | undefined, question = 'Password') {
  const given = fromStdin
    ? decodeUtf8(await readAll(terminal.stdin))
    : await ask(terminal, question, { secret: true });
  if (given === undefined) throw new UsageError('The password must be text in UTF-8.');
  const password = fromStdin ? given.replace(/\r?\n$/, '') : given;
  if (password === '') throw new UsageError('The password is empty.');
  return password;
}
