/** The work was aborted and ended between two steps. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor() {
    super('The command was stopped.');
  }
}
