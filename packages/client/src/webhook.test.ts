import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { verifyWebhook } from './index.js';

const SECRET = 'webhook-secret-of-ours';
const SENT = new Date('2025-09-26T10:00:00Z');
const signed = {
  event: 'task.completed',
  timestamp: '2025-09-26T10:00:00Z',
  data: { task_id: 'uuid-string', status: 'completed', output: 'Task completed – successfully' },
};
const bodyOf = (secret = SECRET) => {
  const signature = createHmac('sha256', secret).update(JSON.stringify(signed)).digest('hex');
  return JSON.stringify({ ...signed, signature: `sha256=${signature}` });
};
const seconds = String(SENT.getTime() / 1000);
const standard = (body: string, key: Buffer) =>
  `v1,${createHmac('sha256', key).update(`msg_1.${seconds}.${body}`).digest('base64')}`;
const headersOf = (signature: string) => ({
  'Webhook-Id': 'msg_1',
  'webhook-timestamp': seconds,
  'webhook-signature': signature,
});
const at = { now: SENT };

describe('verifyWebhook', () => {
  it('accepts the signature in the body, as text or as bytes', async () => {
    expect(await verifyWebhook(bodyOf(), {}, SECRET, at)).toMatchObject(signed);
    expect(await verifyWebhook(Buffer.from(bodyOf()), {}, SECRET, at)).toMatchObject(signed);
  });

  it('accepts the Standard Webhooks headers, with a plain and with a prefixed secret', async () => {
    const key = Buffer.from('0123456789abcdef01234567');
    const prefixed = `whsec_${key.toString('base64')}`;
    const body = bodyOf();
    await verifyWebhook(body, headersOf(standard(body, Buffer.from(SECRET))), SECRET, at);
    await verifyWebhook(body, new Headers(headersOf(standard(body, key))), prefixed, at);
  });

  it('accepts either of two secrets and either of two signatures', async () => {
    const body = bodyOf();
    await verifyWebhook(body, {}, ['a-new-secret', SECRET], at);
    const two = `${standard(body, Buffer.from('somebody'))} ${standard(body, Buffer.from(SECRET))}`;
    await verifyWebhook(body, headersOf(two), SECRET, at);
  });

  it.each([
    ['another secret', bodyOf('another'), {}, at],
    ['a changed body', bodyOf().replace('completed', 'failed'), {}, at],
    ['a body without a signature', JSON.stringify(signed), {}, at],
    ['a signature that is too short', bodyOf().replace(/[0-9a-f]{64}/, 'ab'), {}, at],
    ['headers by another key, though the body is right', bodyOf(), headersOf('v1,AAAA'), at],
    ['a signature that is no Base64', bodyOf(), headersOf('v1,%%%'), at],
    ['an older one', bodyOf(), {}, { now: new Date(SENT.getTime() + 301_000) }],
    ['one from the future', bodyOf(), {}, { now: new Date(SENT.getTime() - 301_000) }],
    ['what is no webhook', 'null', {}, at],
  ])('refuses %s', async (_, body, headers, options) => {
    await expect(verifyWebhook(body, headers, SECRET, options)).rejects.toMatchObject({
      code: 'webhook_invalid',
    });
  });

  it('rejects an empty secret', async () => {
    await expect(verifyWebhook(bodyOf(''), {}, '', at)).rejects.toThrow(TypeError);
  });
});
