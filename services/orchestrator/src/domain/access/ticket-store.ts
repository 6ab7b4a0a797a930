/** Stores tickets, each of which opens one connection. */
export interface TicketStore<Holder> {
  /** Creates a ticket for a user. */
  create(holder: Holder): Promise<{ ticket: string; expiresAt: Date }>;
  /** Redeems a ticket. @returns its holder; undefined if it was redeemed before, has expired or does not exist */
  take(ticket: string): Promise<Holder | undefined>;
}
