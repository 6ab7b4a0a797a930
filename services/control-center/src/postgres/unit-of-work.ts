import type { Knex } from 'knex';
import type { UnitOfWork } from '../domain/ports.js';
import { PostgresSessionStore } from './session-store.js';
import { PostgresUserStore } from './user-store.js';

export function postgresUnitOfWork(database: Knex): UnitOfWork {
  return {
    run: (act) =>
      database.transaction((transaction) =>
        act({ users: new PostgresUserStore(transaction), sessions: new PostgresSessionStore(transaction) }),
      ),
  };
}
