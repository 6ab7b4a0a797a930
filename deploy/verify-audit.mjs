#!/usr/bin/env node
// Verifies an export of the audit trail (GET /audit/logs as application/x-ndjson) without any other part of the project, by what
// docs/audit-format.md says. Prints one line; exit status 0 when all is well, 1 when it is not, 2 when it cannot be decided.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const USAGE = `usage: node verify-audit.mjs <export.jsonl> [--heads <heads.jsonl> --key <public.pem>...] [--filtered]

  --heads     signed heads: the file outside the database, or GET /audit/heads as application/x-ndjson, made before the export
  --key       the public key they are signed with (GET /audit/keys); once for each key
  --filtered  the export was made with filters: each record is checked, but not that none is missing`;

const MEMBERS = [
  ...[
    'seq',
    'prev_hash',
    'id',
    'timestamp',
    'service',
    'user_id',
    'username',
    'session_id',
    'ip',
    'request_id',
  ],
  ...['action', 'resource', 'result', 'details_text'],
];

class Fault extends Error {}

function hashOf(record) {
  const members = MEMBERS.map((member) => {
    const name = member === 'details_text' ? 'details' : member;
    const value = record[member];
    if (value === undefined) throw new Fault(`record ${record.seq} has no ${member}`);
    return value === null ? `${name} -\n` : `${name} ${Buffer.byteLength(String(value))} ${value}\n`;
  });
  return createHash('sha256')
    .update(`provisioning-audit-v1\n${members.join('')}`)
    .digest('hex');
}

function readHeads(path, keyFiles) {
  const keys = new Map();
  for (const file of keyFiles) {
    const key = createPublicKey(readFileSync(file, 'utf8'));
    const der = key.export({ format: 'der', type: 'spki' });
    keys.set(createHash('sha256').update(der).digest('hex').slice(0, 16), key);
  }
  const heads = new Map();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const head = parsed(line);
    // Half a line that a crash cut off proves nothing.
    if (typeof head?.signature !== 'string') continue;
    const { seq, hash, timestamp, key_id, signature } = head;
    const key = keys.get(key_id);
    if (!key) throw new Fault(`the head of record ${seq} is signed with key ${key_id}, which was not given`);
    const text = `provisioning-audit-head-v1\nseq ${seq}\nhash ${hash}\ntimestamp ${timestamp}\n`;
    if (!verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64')))
      throw new Fault(`the signature of the head of record ${seq} is invalid`);
    if (heads.has(seq) && heads.get(seq).hash !== hash)
      throw new Fault(`there are two heads of record ${seq} that differ`);
    heads.set(seq, head);
  }
  return heads;
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** What the chain must be like before the first record of the export. */
function beginning(first, heads) {
  if (first === 1) return { seq: 0, hash: '0'.repeat(64) };
  const head = heads.get(first - 1);
  if (!head)
    throw new Fault(`records 1 to ${first - 1} are missing, and there is no head that they end with`);
  return head;
}

/** The records that a restore from a backup has lost, as the first record after it states; undefined otherwise. */
function gapBefore({ seq, service, action, details_text }, end) {
  if (service !== 'control-center' || action !== 'platform.restored') return undefined;
  const { after, upto } = parsed(details_text) ?? {};
  return after === end.seq && upto === seq - 1 ? { after, upto } : undefined;
}

async function check(path, heads, filtered) {
  let end;
  let records = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const record = parsed(line);
    const where = end ? `after record ${end.seq}` : 'at the beginning';
    if (!Number.isSafeInteger(record?.seq)) throw new Fault(`the line ${where} is not a record`);
    const { seq, hash, prev_hash, details, details_text } = record;
    end ??= filtered ? { seq: 0, hash: undefined } : beginning(seq, heads);
    const lost = gapBefore(record, end);
    // Nothing is left of what a restore has lost: there is nothing to compare its heads with.
    if (lost)
      for (const head of [...heads.keys()]) if (head > lost.after && head <= lost.upto) heads.delete(head);
    if (filtered ? seq <= end.seq : seq !== end.seq + 1 && !lost)
      throw new Fault(`record ${end.seq + 1} is missing: ${seq} stands ${where}`);
    if (hash !== hashOf(record))
      throw new Fault(`record ${seq} was changed: its hash does not match its content`);
    if (JSON.stringify(details) !== JSON.stringify(parsed(details_text)))
      throw new Fault(`record ${seq} was changed: its details are not those that were hashed`);
    if ((seq === end.seq + 1 || lost) && end.hash !== undefined && prev_hash !== end.hash)
      throw new Fault(`record ${seq} does not follow record ${end.seq}: one of them was changed or inserted`);
    if (heads.has(seq) && heads.get(seq).hash !== hash)
      throw new Fault(`record ${seq} is not the one that was signed: it or one before it was changed`);
    end = record;
    records += 1;
  }
  const newest = [...heads.keys()].reduce((most, seq) => Math.max(most, seq), 0);
  const last = end?.seq ?? 0;
  if (!filtered && newest > last)
    throw new Fault(`records ${last + 1} to ${newest} are missing: the head of ${newest} was signed`);
  return `${records} records up to ${last}, ${heads.size} heads up to ${newest}`;
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      heads: { type: 'string' },
      key: { type: 'string', multiple: true },
      filtered: { type: 'boolean' },
    },
  });
  const files = [...positionals, ...(values.heads ? [values.heads] : []), ...(values.key ?? [])];
  const absent = files.find((file) => !existsSync(file));
  if (absent !== undefined) throw new Error(`${absent} does not exist`);
  if (positionals.length !== 1 || !values.heads !== !values.key) throw new Error(USAGE);
  const heads = values.heads ? readHeads(values.heads, values.key) : new Map();
  const unsigned = values.heads
    ? ''
    : '; without heads, a missing end and a rewritten trail are not detected';
  console.log(`ok: ${await check(positionals[0], heads, values.filtered ?? false)}${unsigned}`);
} catch (error) {
  console.log(error instanceof Fault ? `NOT OK: ${error.message}` : error.message);
  process.exitCode = error instanceof Fault ? 1 : 2;
}
