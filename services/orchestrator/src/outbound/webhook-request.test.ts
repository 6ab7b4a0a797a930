import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { postText, RefusedTarget, type PostOptions } from './webhook-request.js';
import { targetFault } from './webhook-target.js';

let server: Server;
let port: number;
let hits = 0;
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((_request, response) => {
    hits++;
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const names = (...addresses: string[]) => {
  const asked: string[] = [];
  const resolve: PostOptions['resolve'] & object = (name) => {
    asked.push(name);
    // The answers of the DNS may change from one moment to the next.
    const address = addresses[Math.min(asked.length, addresses.length) - 1]!;
    return Promise.resolve([{ address, family: address.includes(':') ? 6 : 4 }]);
  };
  return { asked, resolve };
};

describe('the targets of webhooks', () => {
  it.each([
    'http://example.com/',
    'https://example.com:22/',
    'https://example.com:8080/',
    'https://user@example.com/',
    'https://user:password@example.com/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://api.localhost/',
    'https://metadata.google.internal/',
    'https://printer.local/',
    'https://intranet/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://127.0.0.1./',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://10.0.0.1/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'nonsense',
  ])('not to %s', (url) => {
    expect(targetFault(url, { allowPrivate: false })).toBeDefined();
  });

  it('may use https on 443 and 8443', () => {
    for (const url of ['https://example.com/x?y=z', 'https://example.com:8443/', 'https://8.8.8.8/'])
      expect(targetFault(url, { allowPrivate: false })).toBeUndefined();
  });

  it('may be private, plain http and on any port if that is allowed, but never with a password in the URL', () => {
    expect(targetFault('http://127.0.0.1:3000/', { allowPrivate: true })).toBeUndefined();
    expect(targetFault('http://a:b@127.0.0.1:3000/', { allowPrivate: true })).toBeDefined();
  });
});

describe('sending a webhook', () => {
  const options = { allowPrivate: true, patienceMs: 500 };
  const post = (more: Partial<PostOptions> = {}, url = `http://hook.test:${port}/`) =>
    postText(url, {}, 'text', { ...options, ...names('127.0.0.1'), ...more });

  it('resolves a name once and connects to that address', async () => {
    answer = (response) => response.end();
    const { asked, resolve } = names('127.0.0.1', '203.0.113.7');
    expect(await post({ resolve })).toMatchObject({ status: 200 });
    expect(asked).toEqual(['hook.test']);
  });

  it('sends nothing to a name with a private address among its addresses', async () => {
    const before = hits;
    for (const address of ['127.0.0.1', '10.1.2.3', '::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1']) {
      const { resolve } = names(address);
      await expect(postText('https://hook.test/', {}, 'x', { allowPrivate: false, resolve })).rejects.toThrow(
        RefusedTarget,
      );
    }
    const resolve = () =>
      Promise.resolve([
        { address: '8.8.8.8', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]);
    await expect(postText('https://hook.test/', {}, 'x', { allowPrivate: false, resolve })).rejects.toThrow(
      'must not lead to a loopback',
    );
    expect(hits).toBe(before);
  });

  it('follows no redirect', async () => {
    const before = hits;
    answer = (response) => response.writeHead(302, { location: `http://127.0.0.1:${port}/elsewhere` }).end();
    expect(await post()).toMatchObject({ status: 302 });
    expect(hits).toBe(before + 1);
  });

  it('limits the wait for the start and the end of an answer', async () => {
    answer = () => undefined;
    await expect(post()).rejects.toThrow('no answer within 0.5 seconds');
    answer = (response) => response.writeHead(200).write('begins');
    await expect(post()).rejects.toThrow('no answer within 0.5 seconds');
  });

  it('reads at most 64 KiB of an answer', async () => {
    let written = 0;
    answer = (response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384))) written += 16_384;
      };
      response.on('drain', more);
      response.writeHead(200);
      more();
    };
    expect(await post({ patienceMs: 5_000 })).toMatchObject({ status: 200 });
    expect(written).toBeLessThan(16 * 1024 * 1024);
  });

  it('reports a refused connection and a name without an address', async () => {
    await expect(post({}, 'http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(post({ resolve: () => Promise.resolve([]) })).rejects.toThrow('has no address');
  });
});
