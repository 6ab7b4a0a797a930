/**
 * Contenders that are measured by one act: the first one triggers it, the others take their part of the result, once each.
 */
export function together<Name extends string>(
  names: readonly [Name, ...Name[]],
  act: () => Promise<Record<Name, number>>,
): [{ name: Name; measure(): Promise<number> }, ...{ name: Name; measure(): Promise<number> }[]] {
  const done: Record<Name, number>[] = [];
  const taken = new Map<Name, number>();
  const of = (name: Name) => ({
    name,
    measure: async () => {
      const turn = taken.get(name) ?? 0;
      taken.set(name, turn + 1);
      return (done[turn] ??= await act())[name];
    },
  });
  const [first, ...others] = names;
  return [of(first), ...others.map(of)];
}
