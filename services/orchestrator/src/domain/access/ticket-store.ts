/** Tickets that open one connection each. */
export interface TicketStore<Holder> {
  create(holder: Holder): Promise<{ ticket: string; expiresAt: Date }>;
  /** Whose it is, once; undefined for one that was taken, is too old or never was. */
  take(ticket: string): Promise<Holder | undefined>;
}
