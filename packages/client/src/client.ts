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

/** Both services, by one token. */
export class ProvisioningClient {
  /** Every operation of the orchestrator. */
  readonly orchestrator: OrchestratorMethods;
  /** Every operation of the control center. */
  readonly controlCenter: ControlCenterMethods;
  readonly #connection: Connection;
  readonly #orchestratorUrl: string;
  readonly #controlCenterUrl: string;
  readonly #webSocket: ClientOptions['WebSocket'];

  /**
   * @param baseUrl of the orchestrator
   * @param token or what gives it, asked before each request; none is needed to sign in
   */
  constructor(baseUrl: string, token?: string | TokenProvider, options: ClientOptions = {}) {
    this.#orchestratorUrl = baseOf(baseUrl);
    this.#controlCenterUrl = options.controlCenterUrl
      ? baseOf(options.controlCenterUrl)
      : controlCenterBeside(this.#orchestratorUrl);
    this.#webSocket = options.WebSocket;
    this.#connection = {
      token: typeof token === 'function' ? token : () => token,
      // Looked up at each call, and called as the platform wants it.
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

  /** As in the API document: answers with the whole envelope. */
  async createServerWorkflow(
    infra: string,
    settings: string,
    checkMode = false,
  ): Promise<Envelope<DataOf<typeof orchestrator.createServers>>> {
    const body = { infra, settings, check_mode: checkMode, wait: true };
    return (await this.#envelope(orchestratorRoutes.createServers, { body })) as Envelope<string>;
  }

  /** As in the API document: answers with the whole envelope. */
  async getTaskStatus(taskId: string): Promise<Envelope<Task>> {
    return (await this.#envelope(orchestratorRoutes.getTask, { params: { id: taskId } })) as Envelope<Task>;
  }

  /** The task when it has ended, however it did. */
  waitForTask(id: string, options: WaitOptions = {}): Promise<Task> {
    const look = () => this.orchestrator.getTask({ params: { id }, ...signalOf(options) });
    return waitUntil(look, hasTaskEnded, `Task ${id}`, options);
  }

  /** The batch when it has ended, its rollback included. */
  waitForBatch(id: string, options: WaitOptions = {}): Promise<Batch> {
    const look = () => this.orchestrator.getBatch({ params: { id }, ...signalOf(options) });
    return waitUntil(look, hasBatchEnded, `Batch ${id}`, options);
  }

  /**
   * Events as they happen, until the signal is aborted (which throws its reason) or the loop is left. Connects again by
   * itself and misses nothing of the last hour; throws when the token is good no more.
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

  /** Every audit record that the filters leave, as text that comes in pieces: `text/csv` or `application/x-ndjson`. */
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
