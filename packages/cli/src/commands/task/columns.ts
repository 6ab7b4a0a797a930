import type { Task } from '@provisioning/contracts';
import type { Columns } from '../../output/printer.js';

/** The columns of `provctl task list`. */
export const taskColumns: Columns<Task> = {
  status: ({ status }) => status,
  id: ({ id }) => id,
  name: ({ name }) => name,
  infra: ({ infra }) => infra,
  created: ({ created_at }) => created_at,
  by: ({ created_by }) => created_by,
  error: ({ error }) => error?.slice(0, 80),
};
