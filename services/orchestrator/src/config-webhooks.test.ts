import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readWebhookConfig } from './config-webhooks.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'webhooks-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function read(toml: string, allowPrivate = false) {
  const path = join(folder, 'config.toml');
  writeFileSync(path, toml);
  return readWebhookConfig({ PROVISIONING_CONFIG: path }, allowPrivate);
}
function refusal(toml: string): string {
  try {
    read(toml);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was not refused');
}

const ENDPOINT = {
  url: 'https://your-system.com/webhook',
  events: ['task.completed', 'task.failed', 'batch.completed'],
  secret: 'webhook-secret',
  enabled: true,
};
const MEMBERS = `url = "https://your-system.com/webhook"
events = ["task.completed", "task.failed", "batch.completed"]
secret = "webhook-secret"`;

/** Word for word: it has no commas, so it is no valid TOML. */
const DOCUMENTED = `[webhooks]
enabled = true
endpoints = [
  {
    url = "https://your-system.com/webhook"
    events = ["task.completed", "task.failed", "batch.completed"]
    secret = "webhook-secret"
  }
]
`;

describe('webhooks of the configuration', () => {
  it('are read from a list of tables', () => {
    expect(read(`[webhooks]\nenabled = true\n[[webhooks.endpoints]]\n${MEMBERS}\n`).endpoints).toEqual([
      ENDPOINT,
    ]);
  });

  it('are read from a list between brackets, with commas', () => {
    const inline = MEMBERS.split('\n').join(',\n');
    expect(read(`[webhooks]\nenabled = true\nendpoints = [\n  {\n${inline}\n  }\n]\n`).endpoints).toEqual([
      ENDPOINT,
    ]);
  });

  it('as in the API document, without commas, are refused with the line and what would be right', () => {
    const message = refusal(DOCUMENTED);
    expect(message).toContain('config.toml:6:');
    expect(message).toContain('in the line "events = [');
    expect(message).not.toContain('webhook-secret');
    // What is shown is valid once the secret is put in again.
    const shown = /\n\n(\[\[webhooks\.endpoints\]\][\s\S]*?)\n\n/.exec(message)![1]!;
    expect(read(shown.replace('"…"', '"webhook-secret"')).endpoints).toEqual([ENDPOINT]);
  });

  it('are all off together', () => {
    const [endpoint] = read(`[webhooks]\nenabled = false\n[[webhooks.endpoints]]\n${MEMBERS}\n`).endpoints;
    expect(endpoint!.enabled).toBe(false);
  });

  it('there need be none', () => {
    expect(readWebhookConfig({}, false).endpoints).toEqual([]);
    expect(read('log_level = "debug"\n').endpoints).toEqual([]);
  });

  it('are refused with every fault at once', () => {
    const message = refusal(`[webhooks]
      enabled = "yes"
      colour = "red"
      [[webhooks.endpoints]]
      url = "http://127.0.0.1/"
      events = ["task.exploded"]
      [[webhooks.endpoints]]
      url = "https://a.example/"
      events = ["task.failed"]
      secret = "long enough"
      [[webhooks.endpoints]]
      url = "https://a.example/"
      events = ["task.failed"]
      secret = "long enough"`);
    for (const fault of [
      'webhooks.enabled must be true or false',
      'webhooks.colour is unknown: use enabled or endpoints',
      'webhooks.endpoints[0].url must start with https://',
      'webhooks.endpoints[0].events must list some of task.completed',
      'webhooks.endpoints[0].secret must be a text',
      'webhooks.endpoints[2].url must be unique',
    ])
      expect(message).toContain(fault);
  });
});
