import { add, compare, type Numeric } from '../data/number.js';
import { equal } from '../eval/equality.js';
import { EnumValue, Thunk, type Value } from '../eval/values.js';
import { recordOf, tag, type Call, type Native } from './native.js';

function nonEmpty(call: Call, index: number): readonly Thunk[] {
  const items = call.array(index);
  if (items.length === 0) throw call.fault(index, 'must not be an empty array');
  return items;
}

function foldLeft(call: Call, fn: Value, first: Thunk, items: readonly Thunk[]): Thunk {
  let result = first;
  for (const item of items) result = Thunk.of(call.machine.apply(fn, result, item));
  return result;
}

/** Lazy in its second argument: a function that ignores it ends the fold. */
function foldRight(call: Call, fn: Value, last: Thunk, items: readonly Thunk[]): Thunk {
  return items.reduceRight((rest, item) => call.delay(() => call.machine.apply(fn, item, rest)), last);
}

function range(call: Call, start: Numeric, end: Numeric, step: Numeric): Value {
  if (compare(step, 0) <= 0) throw call.fault(2, 'must be greater than 0');
  if (compare(start, end) > 0) throw call.fault(1, 'must not be less than the start of the range');
  const items: Thunk[] = [];
  for (let at = start; compare(at, end) < 0; at = add(at, step)) {
    call.machine.charge(1);
    items.push(Thunk.of(at));
  }
  return call.items(items);
}

function sort(call: Call): Value {
  const fn = call.fn(0);
  const items = [...call.array(1)];
  items.sort((a, b) => {
    const order = call.machine.apply(fn, a, b);
    const name = order instanceof EnumValue ? order.tag : '';
    if (name === 'Lesser') return -1;
    if (name === 'Greater') return 1;
    if (name === 'Equal') return 0;
    throw call.fault(0, "must be a function to 'Lesser, 'Equal or 'Greater");
  });
  return call.items(items);
}

function slice(call: Call, start: number, end: number, items: readonly Thunk[]): Value {
  if (start > end || end > items.length) {
    throw call.fault(
      0,
      `must not be greater than the end of the slice, nor that than ${items.length}, the length of the array`,
    );
  }
  return call.items(items.slice(start, end));
}

function at(call: Call): Value {
  const index = call.natural(0);
  const item = call.array(1)[index];
  if (item) return call.machine.force(item);
  throw call.fault(0, `must be less than ${call.array(1).length}, the length of the array`);
}

function generate(call: Call): Value {
  const fn = call.fn(0);
  const count = call.natural(1);
  call.machine.charge(count);
  return call.items(
    Array.from({ length: count }, (_, index) => call.delay(() => call.machine.apply(fn, Thunk.of(index)))),
  );
}

function flatten(call: Call, arrays: readonly Thunk[]): Value {
  const items: Thunk[] = [];
  for (const inner of arrays) {
    const value = call.machine.force(inner);
    if (!value || typeof value !== 'object' || !('items' in value)) {
      throw call.fault(call.args.length - 1, 'must be an array of arrays');
    }
    call.machine.charge(value.items.length);
    for (const item of value.items) items.push(item);
  }
  return call.items(items);
}

function map(call: Call, fn: Value, items: readonly Thunk[]): readonly Thunk[] {
  return items.map((item) => new Thunk(() => call.machine.apply(fn, item), item.span));
}

function tryFold(call: Call): Value {
  let result = call.thunk(1);
  for (const item of call.array(2)) {
    const outcome = call.machine.apply(call.fn(0), result, item);
    if (!(outcome instanceof EnumValue) || !outcome.argument || !['Ok', 'Error'].includes(outcome.tag)) {
      throw call.fault(0, "must be a function to 'Ok or 'Error with a value");
    }
    if (outcome.tag === 'Error') return outcome;
    result = outcome.argument;
  }
  return tag('Ok', result);
}

export const ARRAY: Readonly<Record<string, Native>> = {
  all: [
    2,
    'Whether a predicate holds for all elements.',
    (c) => c.array(1).every((item) => c.test(c.fn(0), item)),
  ],
  any: [
    2,
    'Whether a predicate holds for some element.',
    (c) => c.array(1).some((item) => c.test(c.fn(0), item)),
  ],
  append: [2, 'An array with an element more at its end.', (c) => c.items([...c.array(1), c.thunk(0)])],
  at: [2, 'The element at an index, which starts at 0.', at],
  at_or: [
    3,
    'The element at an index, or a default.',
    (c) => c.machine.force(c.array(2)[c.natural(0)] ?? c.thunk(1)),
  ],
  concat: [2, 'Two arrays, one after the other.', (c) => c.items([...c.array(0), ...c.array(1)])],
  drop_first: [1, 'All elements but the first.', (c) => c.items(nonEmpty(c, 0).slice(1))],
  drop_last: [1, 'All elements but the last.', (c) => c.items(nonEmpty(c, 0).slice(0, -1))],
  elem: [
    2,
    'Whether a value is among the elements.',
    (c) => c.array(1).some((item) => equal(c.machine, c.thunk(0), item)),
  ],
  filter: [
    2,
    'The elements for which a predicate holds.',
    (c) => c.items(c.array(1).filter((item) => c.test(c.fn(0), item))),
  ],
  find_first: [
    2,
    "'Some with the first element for which a predicate holds, or 'None.",
    (c) => {
      const found = c.array(1).find((item) => c.test(c.fn(0), item));
      return found ? tag('Some', found) : tag('None');
    },
  ],
  first: [1, 'The first element.', (c) => c.machine.force(nonEmpty(c, 0)[0]!)],
  flat_map: [
    2,
    'The arrays that a function gives for the elements, joined.',
    (c) => flatten(c, map(c, c.fn(0), c.array(1))),
  ],
  flatten: [1, 'The elements of the arrays in an array.', (c) => flatten(c, c.array(0))],
  fold_left: [
    3,
    'Combines the elements, starting with a value and the first element.',
    (c) => c.machine.force(foldLeft(c, c.fn(0), c.thunk(1), c.array(2))),
  ],
  fold_right: [
    3,
    'Combines the elements, starting with a value and the last element.',
    (c) => c.machine.force(foldRight(c, c.fn(0), c.thunk(1), c.array(2))),
  ],
  generate: [2, 'An array of a length, whose elements a function gives for their indexes.', generate],
  intersperse: [
    2,
    'The elements with a value between them.',
    (c) => c.items(c.array(1).flatMap((item, index) => (index === 0 ? [item] : [c.thunk(0), item]))),
  ],
  is_empty: [1, 'Whether an array has no elements.', (c) => c.array(0).length === 0],
  last: [1, 'The last element.', (c) => c.machine.force(nonEmpty(c, 0).at(-1)!)],
  length: [1, 'The number of elements.', (c) => c.array(0).length],
  map: [2, 'What a function gives for each element.', (c) => c.items(map(c, c.fn(0), c.array(1)))],
  map_with_index: [
    2,
    'What a function gives for each index and element.',
    (c) => {
      const fn = c.fn(0);
      return c.items(
        c.array(1).map((item, index) => c.delay(() => c.machine.apply(fn, Thunk.of(index), item))),
      );
    },
  ],
  partition: [
    2,
    'The elements for which a predicate holds (right) and the others (wrong).',
    (c) => {
      const [right, wrong]: [Thunk[], Thunk[]] = [[], []];
      for (const item of c.array(1)) (c.test(c.fn(0), item) ? right : wrong).push(item);
      return recordOf({ right: c.items(right), wrong: c.items(wrong) });
    },
  ],
  prepend: [2, 'An array with an element more at its start.', (c) => c.items([c.thunk(0), ...c.array(1)])],
  range: [
    2,
    'The numbers from a start up to, but without, an end.',
    (c) => range(c, c.number(0), c.number(1), 1),
  ],
  range_step: [
    3,
    'The numbers from a start up to, but without, an end, by a step.',
    (c) => range(c, c.number(0), c.number(1), c.number(2)),
  ],
  reduce_left: [
    2,
    'Combines the elements of an array that is not empty, from the first.',
    (c) => {
      const [first, ...others] = nonEmpty(c, 1);
      return c.machine.force(foldLeft(c, c.fn(0), first!, others));
    },
  ],
  reduce_right: [
    2,
    'Combines the elements of an array that is not empty, from the last.',
    (c) => {
      const items = nonEmpty(c, 1);
      return c.machine.force(foldRight(c, c.fn(0), items.at(-1)!, items.slice(0, -1)));
    },
  ],
  replicate: [
    2,
    'An array of a length that repeats a value.',
    (c) => {
      const count = c.natural(0);
      c.machine.charge(count);
      return c.items(Array.from({ length: count }, () => c.thunk(1)));
    },
  ],
  reverse: [1, 'The elements from the last to the first.', (c) => c.items([...c.array(0)].reverse())],
  slice: [
    3,
    'The elements from an index up to, but without, another.',
    (c) => slice(c, c.natural(0), c.natural(1), c.array(2)),
  ],
  sort: [2, "The elements in the order of a function to 'Lesser, 'Equal or 'Greater.", sort],
  split_at: [
    2,
    'The elements before an index (left) and the others (right).',
    (c) => {
      const [index, items] = [c.natural(0), c.array(1)];
      return recordOf({ left: slice(c, 0, index, items), right: slice(c, index, items.length, items) });
    },
  ],
  try_fold_left: [3, "Combines the elements until a function gives 'Error.", tryFold],
  zip_with: [
    3,
    'What a function gives for the elements of two arrays at each index.',
    (c) => {
      const [fn, left, right] = [c.fn(0), c.array(1), c.array(2)];
      const length = Math.min(left.length, right.length);
      return c.items(
        left.slice(0, length).map((item, index) => c.delay(() => c.machine.apply(fn, item, right[index]!))),
      );
    },
  ],
};
