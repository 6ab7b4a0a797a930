import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { signatureHeaders, signedBody } from './sign-webhook.js';

const GUIDE = join(import.meta.dirname, '../../../../docs/how-to/receive-webhooks.md');
const EVENT = {
  event: 'task.completed',
  timestamp: '2025-09-26T10:00:00.000Z',
  data: { task_id: 'ä"', n: 1 },
};

type Check = (body: string, headers: Record<string, string>, secret: string, now?: number) => boolean;

async function checkOfTheGuide(): Promise<Check> {
  const source = /```js\n([\s\S]*?)```/.exec(readFileSync(GUIDE, 'utf8'))![1]!;
  const module = (await import(`data:text/javascript,${encodeURIComponent(source)}`)) as { isGenuine: Check };
  return module.isGenuine;
}

describe('signatures', () => {
  it('are accepted by the code in the guide for receivers, for the stated time', async () => {
    const isGenuine = await checkOfTheGuide();
    const now = new Date();
    for (const secret of ['webhook-secret', 'whsec_c2VjcmV0', 'ßecret']) {
      const body = signedBody(EVENT, secret);
      const headers = signatureHeaders('id', body, [secret, 'the one before'], now);
      expect(isGenuine(body, headers, secret)).toBe(true);
      expect(isGenuine(body, headers, 'the one before')).toBe(true);
      expect(isGenuine(body, headers, 'guessed')).toBe(false);
      expect(isGenuine(`${body} `, headers, secret)).toBe(false);
      expect(isGenuine(body, {}, secret)).toBe(false);
      expect(isGenuine(body, headers, secret, now.getTime() + 301_000)).toBe(false);
    }
  });

  it('follow Standard Webhooks, with one for each secret', () => {
    const secrets = ['whsec_c2VjcmV0', 'plain secret'];
    const body = signedBody(EVENT, secrets[0]!);
    const headers = signatureHeaders('id', body, secrets, new Date());
    expect(new Webhook(secrets[0]!).verify(body, headers)).toMatchObject(EVENT);
    expect(new Webhook(secrets[1]!, { format: 'raw' }).verify(body, headers)).toMatchObject(EVENT);
    expect(() => new Webhook('whsec_Z3Vlc3NlZA==').verify(body, headers)).toThrow();
    expect(() => new Webhook(secrets[0]!).verify(body, { ...headers, 'webhook-id': 'other' })).toThrow();
  });

  it('in the body are over event, timestamp and data, in that order, without blanks', () => {
    const body = signedBody({ data: {}, timestamp: 't', event: 'ping' }, 'key');
    expect(body).toBe(
      // printf '{"event":"ping","timestamp":"t","data":{}}' | openssl dgst -sha256 -hmac key
      '{"event":"ping","timestamp":"t","data":{},"signature":"sha256=5cf560bc30ad0606742e6749950cfcfb10ea65ec45ee622ccb48a6f093bc886f"}',
    );
  });
});
