import { describe, expect, it } from '@jest/globals';
import { missingFor } from '../plugin.js';
import { upcloudConfigFrom } from './config.js';
import { upcloudPlugin } from './index.js';

const TOKEN = { UPCLOUD_TOKEN: 'ucat_x' };
const LOGIN = { UPCLOUD_USERNAME: 'me', UPCLOUD_PASSWORD: 'pä:ss' };

describe('the configuration of the upcloud driver', () => {
  it('is a token, or a name and a password', () => {
    expect(upcloudConfigFrom(TOKEN)).toEqual({
      authorization: 'Bearer ucat_x',
      baseUrl: 'https://api.upcloud.com/1.3',
      defaultTemplate: null,
      pollMs: null,
      serversAtOnce: 10,
    });
    const { authorization } = upcloudConfigFrom(LOGIN);
    expect(Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()).toBe('me:pä:ss');
  });

  it('is absent without them', () => {
    expect(missingFor(upcloudPlugin, TOKEN)).toBeNull();
    expect(missingFor(upcloudPlugin, LOGIN)).toBeNull();
    expect(missingFor(upcloudPlugin, { UPCLOUD_USERNAME: 'me' })).toBe('UPCLOUD_TOKEN, or UPCLOUD_PASSWORD');
  });

  it.each([
    ['http://127.0.0.1:5580', 'http://127.0.0.1:5580/1.3'],
    ['https://proxy.example/upcloud/', 'https://proxy.example/upcloud/1.3'],
    ['https://api.upcloud.com/1.3/', 'https://api.upcloud.com/1.3'],
  ])('may name another address: %s', (UPCLOUD_DEBUG_API_BASE_URL, baseUrl) => {
    expect(upcloudConfigFrom({ ...TOKEN, UPCLOUD_DEBUG_API_BASE_URL })).toMatchObject({ baseUrl });
  });

  it.each([
    [{ ...TOKEN, ...LOGIN }, 'keep only one of them'],
    [{ ...TOKEN, UPCLOUD_POLL_SECONDS: 'soon' }, 'UPCLOUD_POLL_SECONDS must be a number'],
    [
      { ...TOKEN, UPCLOUD_SERVERS_AT_ONCE: '0' },
      'UPCLOUD_SERVERS_AT_ONCE must be a whole number from 1 to 100',
    ],
    [{ UPCLOUD_TOKEN: 'secret-with-line-end\n' }, 'UPCLOUD_TOKEN must be printable ASCII'],
    [{ ...LOGIN, UPCLOUD_USERNAME: 'secret:colon' }, 'UPCLOUD_USERNAME must not contain a colon'],
    [{ ...TOKEN, UPCLOUD_DEBUG_API_BASE_URL: 'secret' }, 'must be a URL'],
    [{ ...TOKEN, UPCLOUD_DEBUG_API_BASE_URL: 'http://secret.example' }, 'must start with https://'],
    [
      { ...TOKEN, UPCLOUD_DEBUG_API_BASE_URL: 'https://me:secret@api.example' },
      'must contain only a host and a path',
    ],
  ])('is refused if it is not valid, without its values in the message: %j', (env, message) => {
    const failing = () => upcloudConfigFrom(env);
    expect(failing).toThrow(message);
    expect(failing).not.toThrow('secret');
    expect(failing).toThrow(expect.objectContaining({ name: 'DriverError', permanent: true }));
  });
});
