import { operationsUnder } from '../operation.js';
import { holdRequestSchema, holdSchema, releaseRequestSchema, releaseSchema } from '../schemas/hold.js';

const define = operationsUnder('orchestrator', 'State');

/** `GET /state/hold` */
export const getHold = define({
  id: 'getHold',
  method: 'get',
  path: '/state/hold',
  summary: 'Get what is held after a restore or an outage',
  permission: { resource: 'state:*', action: 'read' },
  success: { status: 200, data: holdSchema },
  addition: true,
});

/** `POST /state/hold` */
export const holdWork = define({
  id: 'holdWork',
  method: 'post',
  path: '/state/hold',
  summary: 'Hold all work because the database was restored from a backup',
  description:
    'No worker claims held work, no webhook is sent, and changes are refused with 503 `restored_hold` until the hold is released. Attempts that run are ended.',
  permission: { resource: 'state:*', action: 'restore' },
  body: holdRequestSchema,
  example: { reason: 'Restored from the backup of 2026-11-29.' },
  success: { status: 200, data: holdSchema },
  addition: true,
});

/** `POST /state/hold/release` */
export const releaseWork = define({
  id: 'releaseWork',
  method: 'post',
  path: '/state/hold/release',
  summary: 'Release held work, of some infras or of all',
  description:
    'A batch is released with the last of its infras. `GET /state/drift` shows before what differs from the inventory.',
  permission: { resource: 'state:*', action: 'restore' },
  body: releaseRequestSchema,
  example: { release: 'reconcile' },
  success: { status: 200, data: releaseSchema },
  addition: true,
});
