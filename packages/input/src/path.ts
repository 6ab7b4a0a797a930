/** Names of members and indexes of elements, from the outermost inwards. */
export type Path = readonly (string | number)[];

/** The path in the notation of messages: `servers[1].plan`. Unusual names are quoted, so the text is always printable. */
export function showPath(path: Path): string {
  return path.reduce<string>((shown, step) => {
    if (typeof step === 'number') return `${shown}[${step}]`;
    const name = /^[A-Za-z_][\w-]*$/.test(step) ? step : JSON.stringify(step);
    return shown === '' ? name : `${shown}.${name}`;
  }, '');
}
