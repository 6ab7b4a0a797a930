/** A command with invalid arguments or input; exit code 2. */
export class UsageError extends Error {}
