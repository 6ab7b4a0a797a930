type Json = Record<string, unknown>;
/** A change may widen requests and extend responses, never the reverse. */
type Direction = 'request' | 'answer';

/** The differences of a newer document that would break a client of the older one, one sentence each. */
export function breakingChanges(before: Json, after: Json): string[] {
  return new Comparison(before, after).run();
}

class Comparison {
  readonly #faults: string[] = [];
  /** Pairs that are being compared, because schemas may be recursive. */
  readonly #underWay = new Set<string>();

  constructor(
    private readonly before: Json,
    private readonly after: Json,
  ) {}

  run(): string[] {
    const paths = members(this.after['paths']);
    for (const [path, methods] of Object.entries(members(this.before['paths']))) {
      for (const [method, operation] of Object.entries(members(methods))) {
        const place = `${method.toUpperCase()} ${path}`;
        const now = members(members(paths[path])[method]);
        if (Object.keys(now).length === 0) this.#say(place, 'was removed');
        else this.#operation(place, operation as Json, now);
      }
    }
    return [...new Set(this.#faults)];
  }

  #say(place: string, what: string): void {
    this.#faults.push(`${place} ${what}`);
  }

  #operation(place: string, before: Json, after: Json): void {
    this.#parameters(place, this.#parametersOf(before, this.before), this.#parametersOf(after, this.after));
    this.#body(`${place} body`, members(before['requestBody']), members(after['requestBody']));
    for (const [status, answer] of Object.entries(members(before['responses']))) {
      if (!status.startsWith('2')) continue;
      const now = members(after['responses'])[status];
      if (now === undefined) this.#say(`${place} ${status}`, 'is no longer returned');
      else
        this.#answer(
          `${place} ${status}`,
          resolve(answer as Json, this.before),
          resolve(now as Json, this.after),
        );
    }
  }

  #parametersOf(operation: Json, document: Json): Map<string, Json> {
    const all = ((operation['parameters'] ?? []) as Json[]).map((one) => resolve(one, document));
    return new Map(all.map((one) => [`${String(one['in'])} parameter ${String(one['name'])}`, one]));
  }

  #parameters(place: string, before: Map<string, Json>, after: Map<string, Json>): void {
    for (const [name, parameter] of before) {
      const now = after.get(name);
      if (!now) this.#say(`${place} ${name}`, 'is no longer accepted');
      else this.#schema(`${place} ${name}`, 'request', members(parameter['schema']), members(now['schema']));
    }
    for (const [name, parameter] of after) {
      if (parameter['required'] === true && before.get(name)?.['required'] !== true)
        this.#say(`${place} ${name}`, 'has become required');
    }
  }

  #body(place: string, before: Json, after: Json): void {
    if (after['required'] === true && before['required'] !== true) this.#say(place, 'has become required');
    for (const [type, content] of Object.entries(members(before['content']))) {
      const now = members(after['content'])[type];
      if (now === undefined) this.#say(place, `no longer accepts ${type}`);
      else
        this.#schema(place, 'request', members(members(content)['schema']), members(members(now)['schema']));
    }
  }

  #answer(place: string, before: Json, after: Json): void {
    for (const name of Object.keys(members(before['headers']))) {
      if (!(name in members(after['headers']))) this.#say(place, `no longer has the header ${name}`);
    }
    for (const [type, content] of Object.entries(members(before['content']))) {
      const now = members(after['content'])[type];
      if (now === undefined) this.#say(place, `is no longer returned as ${type}`);
      else
        this.#schema(place, 'answer', members(members(content)['schema']), members(members(now)['schema']));
    }
  }

  #schema(place: string, direction: Direction, one: Json, other: Json): void {
    const pair = `${direction} ${JSON.stringify(one)} ${JSON.stringify(other)}`;
    if (this.#underWay.has(pair)) return;
    this.#underWay.add(pair);
    const before = resolve(one, this.before);
    const after = resolve(other, this.after);
    this.#types(place, direction, before, after);
    this.#enumeration(place, direction, before, after);
    if (direction === 'request') this.#limits(place, before, after);
    this.#members(place, direction, before, after);
    this.#branches(place, direction, before, after);
    if (before['items'] && after['items'])
      this.#schema(`${place}[]`, direction, members(before['items']), members(after['items']));
    this.#underWay.delete(pair);
  }

  #types(place: string, direction: Direction, before: Json, after: Json): void {
    const [was, is] = [typesOf(before), typesOf(after)];
    if (was.length === 0 || is.length === 0) return;
    const lost = direction === 'request' ? without(was, is) : without(is, was);
    if (lost.length > 0)
      this.#say(
        place,
        direction === 'request' ? `no longer accepts ${lost.join(', ')}` : `may now be ${lost.join(', ')}`,
      );
  }

  /** A client must accept words in answers that it does not know yet. */
  #enumeration(place: string, direction: Direction, before: Json, after: Json): void {
    if (direction === 'answer') {
      if ('const' in before && JSON.stringify(before['const']) !== JSON.stringify(after['const']))
        this.#say(place, `is not always ${JSON.stringify(before['const'])} any longer`);
      return;
    }
    const [was, is] = [valuesOf(before), valuesOf(after)];
    if (!is) return;
    if (!was) this.#say(place, `now accepts only ${is.join(', ')}`);
    else for (const value of without(was, is)) this.#say(place, `no longer accepts ${value}`);
  }

  /** A request that could hold one of some words must still be able to hold each of them. */
  #limits(place: string, before: Json, after: Json): void {
    const words = before['enum'];
    if (!Array.isArray(words) || valuesOf(after)) return this.#bounds(place, before, after);
    const refused = (words as unknown[]).filter(
      (word) =>
        typeof word !== 'string' ||
        word.length > ((after['maxLength'] as number | undefined) ?? Infinity) ||
        !new RegExp((after['pattern'] as string | undefined) ?? '', 'u').test(word),
    );
    for (const word of refused) this.#say(place, `no longer accepts ${JSON.stringify(word)}`);
  }

  #bounds(place: string, before: Json, after: Json): void {
    const least = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
    const most = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
    for (const keyword of [...least, ...most]) {
      const is = after[keyword] as number | undefined;
      if (is === undefined) continue;
      const was = before[keyword] as number | undefined;
      const tighter = least.includes(keyword)
        ? is > (was ?? lowestOf(keyword))
        : was === undefined || is < was;
      if (tighter)
        this.#say(place, `now has ${keyword} ${is}${was === undefined ? '' : ` instead of ${was}`}`);
    }
    for (const keyword of ['pattern', 'format', 'multipleOf']) {
      if (keyword === 'pattern' && acceptsMoreWords(before[keyword], after[keyword])) continue;
      if (after[keyword] !== undefined && after[keyword] !== before[keyword])
        this.#say(place, `has another ${keyword}`);
    }
    if (after['uniqueItems'] === true && before['uniqueItems'] !== true)
      this.#say(place, 'no longer accepts duplicates');
  }

  #members(place: string, direction: Direction, before: Json, after: Json): void {
    const [was, is] = [members(before['properties']), members(after['properties'])];
    const [required, requiredNow] = [list(before['required']), list(after['required'])];
    for (const [name, schema] of Object.entries(was)) {
      const at = `${place}.${name}`;
      if (!(name in is)) {
        if (direction === 'answer' || after['additionalProperties'] === false) this.#say(at, 'was removed');
      } else this.#schema(at, direction, members(schema), members(is[name]));
    }
    const changed = direction === 'request' ? without(requiredNow, required) : without(required, requiredNow);
    for (const name of changed) {
      if (direction === 'request') this.#say(`${place}.${name}`, 'has become required');
      else if (name in is) this.#say(`${place}.${name}`, 'may now be absent');
    }
    if (
      direction === 'request' &&
      after['additionalProperties'] === false &&
      before['additionalProperties'] !== false &&
      'properties' in before
    )
      this.#say(place, 'no longer accepts other members');
    if (isSchema(before['additionalProperties']) && isSchema(after['additionalProperties']))
      this.#schema(`${place}.*`, direction, before['additionalProperties'], after['additionalProperties']);
  }

  /** Every branch of a request must still be accepted; every branch of an answer must have been expected. */
  #branches(place: string, direction: Direction, before: Json, after: Json): void {
    for (const keyword of ['anyOf', 'oneOf'] as const) {
      const was = list<Json>(before[keyword]);
      const is = list<Json>(after[keyword]);
      if (was.length === 0 || is.length === 0) {
        if (direction === 'request' && was.length === 0 && is.length > 0)
          this.#say(place, `has become one of ${is.length}`);
        continue;
      }
      const fits = (one: Json, other: Json) =>
        new Comparison(this.before, this.after).#compares(direction, one, other);
      const lost =
        direction === 'request'
          ? was.filter((one) => !is.some((other) => fits(one, other)))
          : is.filter((other) => !was.some((one) => fits(one, other)));
      if (lost.length > 0)
        this.#say(
          place,
          direction === 'request' ? 'no longer accepts one of its forms' : 'may now have another form',
        );
    }
  }

  #compares(direction: Direction, one: Json, other: Json): boolean {
    this.#schema('', direction, one, other);
    return this.#faults.length === 0;
  }
}

function resolve(node: Json, document: Json): Json {
  let found = node;
  while (typeof found['$ref'] === 'string') {
    found = found['$ref']
      .slice(2)
      .split('/')
      .reduce<Json>((at, key) => members(at[key.replaceAll('~1', '/').replaceAll('~0', '~')]), document);
  }
  return found;
}

function isSchema(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

function members(value: unknown): Json {
  return isSchema(value) ? value : {};
}

function list<T = string>(value: unknown): T[] {
  return (value ?? []) as T[];
}

function typesOf(schema: Json): string[] {
  const types = [schema['type'] ?? []].flat() as string[];
  // A place that accepts numbers also accepts whole numbers.
  return types.includes('number') ? [...types, 'integer'] : types;
}

function valuesOf(schema: Json): string[] | undefined {
  const values = 'const' in schema ? [schema['const']] : (schema['enum'] as unknown[] | undefined);
  return values?.map((value) => JSON.stringify(value));
}

function lowestOf(keyword: string): number {
  return keyword.endsWith('imum') ? -Infinity : 0;
}

function without(some: readonly string[], others: readonly string[]): string[] {
  return some.filter((one) => !others.includes(one));
}

/** Whether both patterns are those of a list of words with commas, `^(a|b)(,(a|b))*$`, and the later one has all words. */
function acceptsMoreWords(before: unknown, after: unknown): boolean {
  const [had, has] = [wordsOf(before), wordsOf(after)];
  return had.length > 0 && had.every((word) => has.includes(word));
}

function wordsOf(pattern: unknown): string[] {
  return (/^\^\(([\w|]+)\)\(,\(\1\)\)\*\$$/.exec(String(pattern))?.[1] ?? '').split('|').filter(Boolean);
}
