import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { decodeUtf8 } from '@provisioning/input';
import { readAll, type Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/** Prompts the user. A secret is not echoed. @throws UsageError if standard input is not a terminal */
export async function ask(
  { stdin, stderr, signal }: Terminal,
  question: string,
  { secret = false }: { secret?: boolean } = {},
): Promise<string> {
  if (!stdin.isTTY)
    throw new UsageError(`Cannot prompt for "${question}": standard input is not a terminal.`);
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

/** Reads a password from standard input or, without `fromStdin`, from a prompt. @throws UsageError if it is empty */
export async function askPassword(terminal: Terminal, fromStdin: boolean | undefined, question = 'Password') {
  const given = fromStdin
    ? decodeUtf8(await readAll(terminal.stdin))
    : await ask(terminal, question, { secret: true });
  if (given === undefined) throw new UsageError('The password must be UTF-8 text.');
  const password = fromStdin ? given.replace(/\r?\n$/, '') : given;
  if (password === '') throw new UsageError('The password must not be empty.');
  return password;
}
