import { rowsOf } from '@provisioning/runtime';
import { createHash, randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { TicketStore } from '../../domain/access/ticket-store.js';

const LIFE_SECONDS = 30;

/** Stores tickets in Postgres, so that any process can redeem them, once. */
export class PostgresTicketStore<Holder extends object> implements TicketStore<Holder> {
  constructor(private readonly database: Knex) {}

  async create(holder: Holder): Promise<{ ticket: string; expiresAt: Date }> {
    const ticket = randomBytes(32).toString('base64url');
    const [row] = await rowsOf<{ expires_at: Date }>(
      this.database,
      `with over as (delete from ws_tickets where expires_at < now())
       insert into ws_tickets (hash, principal, expires_at) values (?, ?::jsonb, now() + make_interval(secs => ?))
         returning expires_at`,
      [digest(ticket), JSON.stringify(holder), LIFE_SECONDS],
    );
    return { ticket, expiresAt: row!.expires_at };
  }

  async take(ticket: string): Promise<Holder | undefined> {
    const [row] = await rowsOf<{ principal: Holder }>(
      this.database,
      'delete from ws_tickets where hash = ? and expires_at > now() returning principal',
      [digest(ticket)],
    );
    return row?.principal;
  }
}

function digest(ticket: string): Buffer {
  return createHash('sha256').update(ticket).digest();
}
