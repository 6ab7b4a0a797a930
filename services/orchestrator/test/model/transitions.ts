/** From a status in the history (submitted, with '' before) to those that may be recorded next: docs/states/task.md. */
export const LEGAL_TRANSITIONS: Readonly<Record<string, readonly string[]>> = {
  '': ['Blocked', 'Waiting', 'Ready'],
  // The step from Blocked to Waiting is not recorded: both are shown as pending.
  Blocked: ['Ready', 'Cancelled'],
  Waiting: ['Ready', 'Cancelled'],
  Ready: ['Running', 'Cancelled'],
  Running: ['Completed', 'Failed', 'Cancelled', 'RetryWait', 'Ready', 'Unknown'],
  RetryWait: ['Ready', 'Cancelled'],
  Unknown: ['Completed', 'Failed', 'Cancelled'],
};
