import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { DescribedOperation } from './requests.js';
import type { Json } from './values.js';

export interface Answer {
  status: number;
  contentType: string;
  text: string;
}

/** Checks answers against a document: their status, their media type, and their content. */
export class Contract {
  readonly #ajv = addFormats.default(new Ajv2020({ strict: false, validateFormats: true }));
  readonly #checks = new Map<string, ValidateFunction>();

  constructor(document: Json) {
    this.#ajv.addSchema(document, 'document');
  }

  /** What is wrong with an answer, in a sentence; undefined where nothing is. */
  fault(operation: DescribedOperation, { status, contentType, text }: Answer): string | undefined {
    const response = operation.responses[status];
    if (!response) return `the status ${status} is not in the contract`;
    // Made for other programs (Prometheus, CSV): only its status is documented.
    if (status < 300 && !/json/.test(contentType)) return undefined;
    if (!/^application\/(vnd\.provisioning\.v1\+)?json/.test(contentType))
      return `the answer is ${contentType || 'of no media type'}, not JSON`;
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      return 'the answer is not JSON, though it says so';
    }
    if (status >= 400 && (body as { success?: unknown }).success !== false)
      return 'a failure must say "success": false';
    const check = this.#checkFor(operation, status, response);
    return check(body)
      ? undefined
      : `the answer is not what was promised: ${this.#ajv.errorsText(check.errors)}`;
  }

  #checkFor({ path, method }: DescribedOperation, status: number, response: Json): ValidateFunction {
    const place =
      typeof response['$ref'] === 'string'
        ? response['$ref']
        : `#/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}/${method.toLowerCase()}/responses/${status}`;
    const $ref = `document${encodeURI(place)}/content/application~1json/schema`;
    const known = this.#checks.get($ref) ?? this.#ajv.compile({ $ref });
    this.#checks.set($ref, known);
    return known;
  }
}
