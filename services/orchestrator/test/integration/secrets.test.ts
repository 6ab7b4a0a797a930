import { rowsOf } from '@provisioning/runtime';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { commands, testPlatform, type TestPlatform } from '../support/platform.js';

const SECRET = 'hunter2-the-password-of-the-cloud';
let platform: TestPlatform;

beforeAll(async () => {
  platform = await testPlatform();
  await platform.startWorker({
    COMMAND_SECRETS: 'CLOUD_PASSWORD, NOT_SET',
    CLOUD_PASSWORD: SECRET,
    OTHER: 'x',
  });
});
afterAll(() => platform.stop());

it('commands get only the secrets that they are given, which are readable nowhere else', async () => {
  const id = await platform.submitBatch({
    operations: [
      commands('leaks', [
        `test "$CLOUD_PASSWORD" = ${SECRET.split('').join("''")} && test -z "$OTHER" && echo "the password is $CLOUD_PASSWORD!"`,
        `say() { echo "$1" >> "$PROVISIONING_EVENTS"; }
         say '{"type":"step","name":"use '"$CLOUD_PASSWORD"'","state":"started"}'
         say '{"type":"resource","kind":"server","name":"web","infra":"'"$PROVISIONING_INFRA"'","action":"created","after":{"password":"'"$CLOUD_PASSWORD"'"}}'
         say '{"type":"error","message":"wrong password: '"$CLOUD_PASSWORD"'"}'
         exit 3`,
      ]),
    ],
  });
  const { operations } = await platform.batchEnded(id);
  expect(operations['leaks']).toMatchObject({
    status: 'Failed',
    error: 'wrong password: ***',
    outputTail: 'the password is ***!\n',
    currentStep: 'use ***',
  });
  const tables = await rowsOf<{ name: string }>(
    platform.database,
    `select relname as name from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r'`,
  );
  for (const { name } of tables) {
    const leaking = await rowsOf(
      platform.database,
      `select t from ${name} t where position(? in t::text) > 0`,
      [SECRET],
    );
    expect({ [name]: leaking }).toEqual({ [name]: [] });
  }
});
