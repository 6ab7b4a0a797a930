/** The command can't be carried out as it was written. */
export class UsageError extends Error {}
