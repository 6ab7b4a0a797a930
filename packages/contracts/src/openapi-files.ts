import { buildOpenApi } from './openapi.js';
import type { Service } from './operation.js';

const SERVICES: readonly Service[] = ['orchestrator', 'control-center'];

/** The OpenAPI documents as they are committed, so that a review shows every change of the contract. */
export function openApiFiles(): { name: string; content: string }[] {
  return SERVICES.map((service) => ({
    name: `${service}.json`,
    content: `${JSON.stringify(buildOpenApi(service), null, 2)}\n`,
  }));
}
