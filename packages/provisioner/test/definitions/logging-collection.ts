type Log = (line: string) => void;

/** The same collection; output of servers during its acts is also passed to `log`. */
export function withLog<C extends object>(collection: C, log: Log): C {
  return new Proxy(collection, {
    get(target, member) {
      const value: unknown = Reflect.get(target, member, target);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown =>
        Reflect.apply(
          value,
          target,
          given.map((one) => (isContext(one) ? { log, ...one } : one)),
        );
    },
  });
}

function isContext(one: unknown): one is object {
  return typeof one === 'object' && one !== null && 'idempotencyKey' in one;
}
