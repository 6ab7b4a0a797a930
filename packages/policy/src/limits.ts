/** What a decision is ready to work through. Conditions are held to theirs when written, requests when asked. */
export const LIMITS = {
  /** Rules of one policy. */
  rules: 1000,
  /** Bytes of UTF-8 in a condition. */
  conditionBytes: 1024,
  /** Brackets of any kind within each other. */
  bracketDepth: 16,
  /** Nodes of a condition's syntax tree. */
  nodes: 200,
  /** Elements of a list, written or given. */
  list: 64,
  /** Characters of a regular expression. */
  pattern: 128,
  /** Steps of all regular expressions of a condition, counted repetitions multiplied out. */
  patternSteps: 256,
  roles: 64,
  /** Characters of any string of a request. */
  string: 512,
  /** Lists and objects within each other in a request's context. */
  contextDepth: 4,
  /** Values of a request's context, those within lists and objects included. */
  contextValues: 256,
} as const;
