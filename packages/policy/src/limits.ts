/** The limits of what is evaluated. Conditions are checked when they are written, requests when they are made. */
export const LIMITS = {
  /** Rules of one policy. */
  rules: 1000,
  /** Bytes of UTF-8 in a condition. */
  conditionBytes: 1024,
  /** Brackets of any kind within each other. */
  bracketDepth: 16,
  /** Nodes of a condition's syntax tree. */
  nodes: 200,
  /** Elements of a list, literal or given. */
  list: 64,
  /** Characters of a regular expression. */
  pattern: 128,
  /** Steps of all regular expressions of a condition, with counted repetitions written out. */
  patternSteps: 256,
  roles: 64,
  /** People whose approval a rule may require. */
  approvers: 20,
  /** Longest validity of an approval, in seconds: a year. */
  approvalSeconds: 365 * 24 * 60 * 60,
  /** Characters of any string of a request. */
  string: 512,
  /** Depth of lists and objects in a request's context. */
  contextDepth: 4,
  /** Values in a request's context, including those within lists and objects. */
  contextValues: 256,
} as const;
