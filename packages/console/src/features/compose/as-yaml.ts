import type { BatchRequest } from '@provisioning/contracts';
import { stringify } from 'yaml';

/** A batch as text for the editor. */
export const asYaml = (request: BatchRequest): string => stringify(request, { lineWidth: 0 });
