import { expect, it } from '@jest/globals';
import { internalSocketPath } from '@provisioning/runtime';
import { readApiConfig } from './config.js';

const internalUrl = (environment: Record<string, string>) =>
  readApiConfig({
    DATABASE_URL: 'postgres://localhost/x',
    JWT_SECRET: 'a-secret-of-the-tests-that-is-long-enough',
    ...environment,
  }).controlCenterInternalUrl;

it('the control center of this machine is asked on the socket that is named after its public port', () => {
  expect(internalUrl({})).toBe(`unix:${internalSocketPath(9080)}`);
  for (const host of ['127.0.0.1', 'localhost', '[::1]'])
    expect(internalUrl({ CONTROL_CENTER_URL: `http://${host}:7000/` })).toBe(
      `unix:${internalSocketPath(7000)}`,
    );
});

it('its internal port is asked where it has one', () => {
  for (const url of ['http://control-center:9081', 'unix:/run/control-center.sock'])
    expect(
      internalUrl({ CONTROL_CENTER_URL: 'http://elsewhere:9080', CONTROL_CENTER_INTERNAL_URL: url }),
    ).toBe(url);
});

it('a control center of another machine needs the address of its internal port', () => {
  expect(() => internalUrl({ CONTROL_CENTER_URL: 'http://elsewhere:9080' })).toThrow(
    /CONTROL_CENTER_INTERNAL_URL is required: .*\(elsewhere\).*http:\/\/control-center:9081/,
  );
  expect(() => internalUrl({ CONTROL_CENTER_INTERNAL_URL: 'control-center:9081' })).toThrow(
    /CONTROL_CENTER_INTERNAL_URL must be a URL/,
  );
});
