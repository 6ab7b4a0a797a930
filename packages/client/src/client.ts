import type { Batch, Event, orchestrator, DataOf, Task } from '@provisioning/contracts';
import { events, type EventOptions } from './events.js';
import { controlCenterRoutes, orchestratorRoutes } from './generated/routes.js';
import {
  callRoute,
  envelopeOf,
  methodsOf,
  type AnyArguments,
  type ControlCenterMethods,
  type OrchestratorMethods,
  type Route,
} from './operations.js';
import { baseOf, controlCenterBeside, DEFAULTS, type ClientOptions, type TokenProvider } from './options.js';
import { receiveHead, receiveWhole, type CallOptions, type Connection } from './request.js';
import { hasBatchEnded, hasTaskEnded, waitUntil, type WaitOptions } from './wait.js';
import { platformWebSocket } from './web-socket.js';

interface Envelope<Data> {
  success: true;
  data: Data;
}

/** A client of both services with one token. */
export class ProvisioningClient {
  /** The operations of the orchestrator. */
  readonly orchestrator: OrchestratorMethods;
  /** The operations of the control center. */
  readonly controlCenter: ControlCenterMethods;
  readonly #connection: Connection;
  readonly #orchestratorUrl: string;
  readonly #controlCenterUrl: string;
  readonly #webSocket: ClientOptions['WebSocket'];

  /**
   * @param baseUrl URL of the orchestrator
   * @param token the token, or a function that is called before each request; not needed to sign in
   * @throws TypeError for an invalid URL
   */
  constructor(baseUrl: string, token?: string | TokenProvider, options: ClientOptions = {}) {
    this.#orchestratorUrl = baseOf(baseUrl);
    this.#controlCenterUrl = options.controlCenterUrl
      ? baseOf(options.controlCenterUrl)
      : controlCenterBeside(this.#orchestratorUrl);
    this.#webSocket = options.WebSocket;
    this.#connection = {
      token: typeof token === 'function' ? token : () => token,
      // Looked up at each call, so that a later replacement of the global is used.
      fetch: options.fetch ?? ((...args) => globalThis.fetch(...args)),
      headers: options.headers ?? {},
      timeout: options.timeout ?? DEFAULTS.timeout,
      retries: options.retries ?? DEFAULTS.retries,
      baseDelay: options.baseDelay ?? DEFAULTS.baseDelay,
      maxDelay: options.maxDelay ?? DEFAULTS.maxDelay,
    };
    this.orchestrator = methodsOf(this.#connection, this.#orchestratorUrl, orchestratorRoutes);
    this.controlCenter = methodsOf(this.#connection, this.#controlCenterUrl, controlCenterRoutes);
  }

  /** The method of the API document's example. @returns the whole envelope */
  async createServerWorkflow(
    infra: string,
    settings: string,
    checkMode = false,
  ): Promise<Envelope<DataOf<typeof orchestrator.createServers>>> {
    const body = { infra, settings, check_mode: checkMode, wait: true };
    // Safe cast: the contract of the operation defines this answer.
    return (await this.#envelope(orchestratorRoutes.createServers, { body })) as Envelope<string>;
  }

  /** The method of the API document's example. @returns the whole envelope */
  async getTaskStatus(taskId: string): Promise<Envelope<Task>> {
    // Safe cast: the contract of the operation defines this answer.
    return (await this.#envelope(orchestratorRoutes.getTask, { params: { id: taskId } })) as Envelope<Task>;
  }

  /** Waits until a task has ended. @returns the task, with any outcome @throws ProvisioningError `wait_timeout` */
  waitForTask(id: string, options: WaitOptions = {}): Promise<Task> {
    const read = () => this.orchestrator.getTask({ params: { id }, ...signalOf(options) });
    return waitUntil(read, hasTaskEnded, `Task ${id}`, options);
  }

  /** Waits until a batch and its rollback have ended. @returns the batch @throws ProvisioningError `wait_timeout` */
  waitForBatch(id: string, options: WaitOptions = {}): Promise<Batch> {
    const read = () => this.orchestrator.getBatch({ params: { id }, ...signalOf(options) });
    return waitUntil(read, hasBatchEnded, `Batch ${id}`, options);
  }

  /**
   * Streams events until the caller leaves the loop or aborts the signal (which throws its reason). Reconnects
   * automatically without missing an event of the last hour. Throws when the token is no longer valid.
   */
  events(options: EventOptions = {}): AsyncGenerator<Event, void, undefined> {
    const { baseDelay, maxDelay } = this.#connection;
    return events(
      {
        baseUrl: this.#orchestratorUrl,
        ticket: async (signal) =>
          (await this.orchestrator.createWsTicket({ ...(signal ? { signal } : {}) })).ticket,
        webSocket: async () => this.#webSocket ?? platformWebSocket(),
        baseDelay,
        maxDelay,
      },
      options,
    );
  }

  async #envelope(route: Route, args: AnyArguments): Promise<Envelope<unknown>> {
    return envelopeOf(await callRoute(this.#connection, this.#orchestratorUrl, route, receiveWhole, args));
  }

  /** Streams the audit records that match the filters, as `text/csv` or `application/x-ndjson`. */
  async exportAuditLogs(
    { format, query }: { format: 'csv' | 'ndjson'; query?: Record<string, string | undefined> },
    options: CallOptions = {},
  ): Promise<Response> {
    return callRoute(
      this.#connection,
      this.#controlCenterUrl,
      controlCenterRoutes.listAuditLogs,
      receiveHead,
      {
        ...options,
        query: query ?? {},
        headers: { Accept: format === 'csv' ? 'text/csv' : 'application/x-ndjson' },
      },
    );
  }
}

const signalOf = ({ signal }: WaitOptions) => (signal ? { signal } : {});
