/** From a status as the history knows it (submitted, with '' before) to those that may be recorded next: docs/states/task.md. */
export const LEGAL_TRANSITIONS: Readonly<Record<string, readonly string[]>> = {
  '': ['Blocked', 'Waiting', 'Ready'],
  // From Blocked to Waiting nothing is recorded: to the outside both are pending.
  Blocked: ['Ready', 'Cancelled'],
  Waiting: ['Ready', 'Cancelled'],
  Ready: ['Running', 'Cancelled'],
  Running: ['Completed', 'Failed', 'Cancelled', 'RetryWait', 'Ready', 'Unknown'],
  RetryWait: ['Ready', 'Cancelled'],
  Unknown: ['Completed', 'Failed', 'Cancelled'],
};
