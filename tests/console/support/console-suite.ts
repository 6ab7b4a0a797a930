import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import { ProvisioningClient } from '@provisioning/client';
import type { Browser, Page } from 'playwright-core';
import { describeWithBrowser, openBrowser } from '../../support/browser.js';
import { startPlatform, type RunningPlatform } from '../../support/running-platform.js';
import { openConsole, type ConsolePage } from './console-page.js';

/** The password of every user that a suite creates. */
export const PASSWORD = 'correct horse battery staple 7';

/** What the browser reports of a refused request. */
const REFUSED = /^Failed to load resource: the server responded with a status of 4\d\d/;
/** The same, where a service is away. */
export const REFUSED_OR_AWAY = /^Failed to load resource: the server responded with a status of (4\d\d|503)/;

/** A running platform, a browser, and the pages that a test opened in it. */
export class ConsoleSuite {
  readonly #opened: ConsolePage[] = [];
  #platform: RunningPlatform | undefined;
  #browser: Browser | undefined;
  #admin: ProvisioningClient | undefined;

  get platform(): RunningPlatform {
    return started(this.#platform);
  }

  get browser(): Browser {
    return started(this.#browser);
  }

  /** A client with the rights of the administrator. */
  get admin(): ProvisioningClient {
    return started(this.#admin);
  }

  async start(environment: Record<string, string>): Promise<void> {
    this.#platform = await startPlatform(environment);
    this.#browser = await openBrowser();
    this.#admin = await this.signedIn('admin', this.platform.adminPassword);
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    await this.#platform?.stop();
  }

  /** A client that is signed in as this user. */
  async signedIn(username: string, password = PASSWORD): Promise<ProvisioningClient> {
    const { orchestratorUrl, controlCenterUrl } = this.platform;
    const visitor = new ProvisioningClient(orchestratorUrl, undefined, { controlCenterUrl });
    const { token } = await visitor.controlCenter.login({ body: { username, password } });
    return new ProvisioningClient(orchestratorUrl, token, { controlCenterUrl });
  }

  /** @returns the id of a new user */
  async createUser(username: string, ...roles: string[]): Promise<string> {
    const body = { username, email: `${username}@example.com`, password: PASSWORD, roles };
    return (await this.admin.controlCenter.createUser({ body })).id;
  }

  /** Opens this address in a browser profile of its own, and signs in. */
  async visit(path: string, username = 'admin', password?: string): Promise<Page> {
    return (await this.open(path, username, password)).page;
  }

  /** As {@link visit}, with the profile and its troubles. */
  async open(path: string, username = 'admin', password?: string): Promise<ConsolePage> {
    const opened = await openConsole(this.browser, this.platform.orchestratorUrl, path);
    this.#opened.push(opened);
    await opened.signIn(
      username,
      password ?? (username === 'admin' ? this.platform.adminPassword : PASSWORD),
    );
    return opened;
  }

  /** The browser itself reports each refused request of this test. That is expected of it. */
  expectRefusals(expected = REFUSED): void {
    for (const { troubles } of this.#opened) {
      const unexpected = troubles.filter((trouble) => !expected.test(trouble));
      troubles.splice(0, troubles.length, ...unexpected);
    }
  }

  /** What the open pages show. */
  async describe(): Promise<string> {
    const descriptions = this.#opened.map((each) => each.describe().catch(String));
    return (await Promise.all(descriptions)).join('\n');
  }

  /** Closes what a test opened. @returns what went wrong in it */
  async close(): Promise<string[]> {
    const opened = this.#opened.splice(0);
    for (const each of opened) await each.close();
    return opened.flatMap(({ troubles }) => troubles);
  }
}

/** Set by the environment of the tests (packages/test-kit/jest/no-leaks.mjs). */
const hasTestFailed = () => Reflect.get(globalThis, 'hasTestFailed') === true;

function started<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new Error('The suite has not started.');
  return part;
}

/** Tests in a browser against a platform of their own. A test fails if anything went wrong in a page that it opened. */
export function describeConsole(
  title: string,
  environment: Record<string, string>,
  tests: (suite: ConsoleSuite) => void,
): void {
  describeWithBrowser(title, () => {
    const suite = new ConsoleSuite();
    beforeAll(() => suite.start(environment));
    afterAll(() => suite.stop());
    afterEach(async () => {
      const described = hasTestFailed() ? await suite.describe() : '';
      expect({ described, troubles: await suite.close() }).toEqual({ described: '', troubles: [] });
    });
    tests(suite);
  });
}
