import { chmodSync, chownSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { temporaryFolder, waitFor, type TemporaryFolder } from '@provisioning/test-kit';
import { call, dataOf } from '../support/call.js';
import { startPlatform, type RunningPlatform } from '../support/running-platform.js';

/** Passed to the platform in its environment, as secrets are passed to a container. */
const CANARIES = {
  JWT_SECRET: 'canary-jwt-secret-0123456789-0123456789',
  JWT_SECRET_PREVIOUS: 'canary-previous-jwt-secret-0123456789',
  PASSWORD_PEPPER: 'canary-pepper-0123456789-0123456789',
  MFA_ENCRYPTION_KEY: 'canary-mfa-key-0123456789-0123456789',
  METRICS_TOKEN: 'canary-metrics-token',
  ADMIN_PASSWORD: 'canary-admin-password',
  // One of the variables of a driver that needs more: passed to the driver host, which calls no cloud.
  AWS_SECRET_ACCESS_KEY: 'canary-aws-secret',
  PROVISIONING_SSH_KEY_PASSPHRASE: 'canary-ssh-passphrase',
};
/** In the environment of a process that the spy starts: if the spy does not find this one, it would find none. */
const CONTROL = 'canary-of-the-spy-itself';

/**
 * Prints the path of every readable file that contains a canary: environments and command lines of processes, including
 * its parents, and files of the data directory. Canaries are in a file, for they would be masked in its output.
 */
const SPY = `#!/bin/bash
here=$(dirname "$0")
CONTROL=${CONTROL} sleep 60 &
for file in /proc/[0-9]*/environ /proc/[0-9]*/cmdline; do
  grep -qaFf "$here/canaries" "$file" 2>/dev/null && echo "found $file"
done
grep -qaF ${CONTROL} "/proc/$!/environ" && echo 'the spy finds what there is'
find "$1" -type f -readable 2>/dev/null | while read -r file; do
  grep -qaFf "$here/canaries" "$file" 2>/dev/null && echo "found $file"
done
ls "$1/logs" "$1/local" "$1/run" 2>/dev/null
for process in /proc/[0-9]*; do
  grep -qaE 'dist/|/postgres|redis-server' "$process/cmdline" 2>/dev/null && [ -r "$process/mem" ] && echo "may read the memory of $process"
done
echo "done as $(id -u)"
`;

let platform: RunningPlatform | undefined;
let folder: TemporaryFolder | undefined;
afterEach(async () => {
  await platform?.stop();
  await folder?.remove();
  platform = folder = undefined;
});

/** Puts the spy and its list where every user can read them. */
async function prepareSpy(): Promise<TemporaryFolder> {
  const place = await temporaryFolder('spy');
  writeFileSync(join(place.path, 'spy'), SPY);
  chmodSync(join(place.path, 'spy'), 0o755);
  return place;
}

/** The secrets that the platform has generated. */
function secretsIn(dataDir: string): string[] {
  const files = ['postgres-password', 'redis-password', 'audit-signing-key'];
  return files
    .filter((name) => readdirSync(dataDir).includes(name))
    .map((name) => readFileSync(join(dataDir, name), 'utf8').trim());
}

/**
 * Runs the spy on the platform, in parallel with operations at providers.
 * @returns its output
 */
async function spy(running: RunningPlatform, place: string): Promise<string> {
  writeFileSync(
    join(place, 'canaries'),
    [...Object.values(CANARIES), ...secretsIn(running.dataDir)].join('\n'),
  );
  const credentials = { username: 'admin', password: CANARIES.ADMIN_PASSWORD };
  const login = call(`${running.controlCenterUrl}/auth/login`, { body: credentials });
  const { token: bearer } = await dataOf<{ token: string }>(login);
  const batch = {
    name: 'spy',
    operations: [
      // It leaves a driver host running, with the credentials of the providers.
      {
        id: 'servers',
        type: 'server_batch',
        provider: 'local',
        infra: 'spy',
        server_configs: [{ name: 'web', plan: 'small', zone: 'de-fra1' }],
      },
      {
        id: 'spy',
        type: 'command_batch',
        infra: 'spy',
        dependencies: ['servers'],
        commands: [`spy ${running.dataDir}`, 'echo and so ends a sequence'],
        retries: 0,
      },
    ],
  };
  const { batch_id: id } = await dataOf<{ batch_id: string }>(
    call(`${running.orchestratorUrl}/batch/execute`, { bearer, body: batch }),
  );
  const ended = await waitFor(
    async () => {
      const found = await batchOf(running, bearer, id);
      return found.status === 'Running' || found.status === 'Pending' ? undefined : found;
    },
    { what: 'the end of the batch' },
  );
  expect(ended).toMatchObject({ status: 'Completed', error: null });
  const { operations } = await batchOf(running, bearer, id);
  const taskId = operations.find((operation) => operation.id === 'spy')?.task_id ?? '';
  return (await dataOf<{ output: string }>(call(`${running.orchestratorUrl}/tasks/${taskId}`, { bearer })))
    .output;
}

interface Batch {
  status: string;
  error: string | null;
  operations: { id: string; task_id: string }[];
}

function batchOf(running: RunningPlatform, bearer: string, id: string): Promise<Batch> {
  return dataOf<Batch>(call(`${running.orchestratorUrl}/batch/operations/${id}`, { bearer }));
}

if (process.getuid?.() === 0)
  it('a command of a platform that root started reads no secret, in no process and no file', async () => {
    folder = await prepareSpy();
    platform = await startPlatform(
      { ...CANARIES, BATCH_COMMANDS: `spy=${join(folder.path, 'spy')},echo` },
      { embeddedPostgres: true },
    );
    expect(await spy(platform, folder.path)).toBe(
      'the spy finds what there is\ndone as 64321\nand so ends a sequence\n',
    );
  });

it('a command of the same user as the platform reads no secret in the environment or command line of a process', async () => {
  folder = await prepareSpy();
  // The unprivileged user of the machine.
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
  if (user) chownSync(folder.path, user.uid, user.gid);
  platform = await startPlatform(
    { ...CANARIES, BATCH_COMMANDS: `spy=${join(folder.path, 'spy')},echo` },
    { user, embeddedPostgres: true },
  );
  const printed = await spy(platform, folder.path);
  expect(printed).not.toMatch(/^found \/proc/m);
  expect(printed).toContain('the spy finds what there is');
});
