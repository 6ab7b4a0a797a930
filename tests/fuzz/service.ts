import { Contract, type Answer } from './answers.js';
import type { DescribedOperation, FuzzRequest } from './requests.js';
import type { Json } from './values.js';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const REMEMBERED = 200;
/** Longer than even a rollback of everything takes. */
const PATIENCE_MS = 30_000;

export interface Admin {
  id: string;
  signIn(): Promise<string>;
}

/** A running service as the fuzzer sees it: it collects ids from answers, so that they can be requested. */
export class FuzzedService {
  readonly #contract: Contract;
  readonly #ids: string[] = ['0198f000-0000-7000-8000-000000000000'];
  #token: string | undefined;

  constructor(
    private readonly url: string,
    readonly document: Json,
    private readonly admin: Admin,
  ) {
    this.#contract = new Contract(document);
  }

  /** @returns what is wrong with the answer, and the answer. */
  async ask(
    operation: DescribedOperation,
    request: FuzzRequest,
  ): Promise<{ fault: string | undefined; answer: Answer }> {
    let answer = await this.#send(operation, request);
    if (answer.status === 401 && !operation.path.startsWith('/auth/login')) {
      // It may have signed itself out.
      this.#token = undefined;
      answer = await this.#send(operation, request);
    }
    this.#remember(answer.text);
    const broken = answer.status >= 500 ? `the service failed with ${answer.status}` : undefined;
    return { fault: broken ?? this.#contract.fault(operation, answer), answer };
  }

  async #send(
    { method, path }: DescribedOperation,
    { path: parts, query, headers, body }: FuzzRequest,
  ): Promise<Answer> {
    this.#token ??= await this.admin.signIn();
    const where = path.replaceAll(/\{([a-z_]+)\}/g, (_all, name: string) => this.#part(parts[name]));
    const response = await fetch(`${this.url}${where}${query ? `?${query}` : ''}`, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: {
        Authorization: `Bearer ${this.#token}`,
        // Operations at providers answer at once.
        Prefer: 'respond-async',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...printable(headers),
      },
      ...(body === undefined || method === 'GET' ? {} : { body }),
    });
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      text: await response.text(),
    };
  }

  #part(part: string | number | undefined): string {
    if (typeof part === 'string') return /%/.test(part) ? part : encodeURIComponent(part.toWellFormed());
    return this.#ids[(part ?? 0) % this.#ids.length]!;
  }

  #remember(text: string): void {
    // The admin's own id is left out: without that user, no request would be allowed.
    for (const [id] of text.matchAll(UUID))
      if (id !== this.admin.id && !this.#ids.includes(id)) this.#ids.push(id);
    this.#ids.splice(1, Math.max(0, this.#ids.length - REMEMBERED));
  }
}

/** `fetch` itself refuses headers with other characters. */
function printable(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => /^[\x20-\xff]*$/.test(value)));
}
