/** A place in a text, both from 1. */
export interface Place {
  line: number;
  column: number;
}

/** Where each value of a JSON text begins, by its path: `rules[0].condition`. Empty for a text that is not JSON. */
export function placesOf(text: string): Map<string, Place> {
  const places = new Map<string, Place>();
  let at = 0;
  const space = () => {
    while (/\s/.test(text[at] ?? '')) at += 1;
  };
  const string = (): string => {
    const start = at;
    at += 1;
    while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    at += 1;
    return JSON.parse(text.slice(start, at)) as string;
  };
  const value = (path: string): void => {
    space();
    places.set(path, placeAt(text, at));
    if (text[at] === '{') members(path);
    else if (text[at] === '[') items(path);
    else if (text[at] === '"') string();
    else while (at < text.length && !/[\s,\]}]/.test(text[at]!)) at += 1;
    space();
  };
  const members = (path: string) => {
    at += 1;
    space();
    while (at < text.length && text[at] !== '}') {
      space();
      const name = string();
      space();
      at += 1;
      value(path === '' ? name : `${path}.${name}`);
      if (text[at] === ',') at += 1;
    }
    at += 1;
  };
  const items = (path: string) => {
    at += 1;
    space();
    for (let index = 0; at < text.length && text[at] !== ']'; index += 1) {
      value(`${path}[${index}]`);
      if (text[at] === ',') at += 1;
      space();
    }
    at += 1;
  };
  try {
    JSON.parse(text);
  } catch {
    return places;
  }
  value('');
  return places;
}

/** The line and column of a position in a text. */
export function placeAt(text: string, position: number): Place {
  const before = text.slice(0, position);
  const line = before.split('\n').length;
  return { line, column: position - before.lastIndexOf('\n') };
}

/** Where the text stops being JSON, and why; undefined for JSON. */
export function jsonFault(text: string): { place: Place; message: string } | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = /position (\d+)/.exec(message)?.[1];
    const place = placeAt(text, position === undefined ? text.length : Number(position));
    return { place, message: message.replace(/ in JSON at position.*| at position.*/, '') };
  }
}
