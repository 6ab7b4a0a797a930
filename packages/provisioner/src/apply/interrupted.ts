/** The work was told to stop and did, between two steps. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor() {
    super('The command was stopped.');
  }
}
