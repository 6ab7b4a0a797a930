/** A guarantee that was broken. */
export interface Violation {
  promise:
    | 'what was accepted ends'
    | 'nothing runs twice at once'
    | 'one infra, one command'
    | 'completed means that it ran'
    | 'only a lost worker costs a task its success'
    | 'what was refused is not done'
    | 'a key makes one task'
    | 'a key gets an answer'
    | 'dependencies first'
    | 'the limit of a batch'
    | 'nothing is left';
  /** The observation, in a sentence. */
  seen: string;
  /** The task whose history shows more. */
  task?: string;
}
