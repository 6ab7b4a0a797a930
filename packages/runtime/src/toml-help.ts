const SECRET = /secret|password|token|key|pepper/i;
const MEMBER = /^\s*([A-Za-z0-9_-]+)\s*=\s*(.+?),?\s*$/;

/**
 * Shows the line that is not valid and what is wrong with it, and, where members of a `{ … }` stand below each other without commas, the same written
 * in a way that needs none. No secret is shown.
 */
export function helpWith(text: string, line: number, fault: string): string {
  const lines = text.split('\n');
  const shown = shownLine(lines[line - 1] ?? '');
  const table = tableOf(lines.slice(0, line));
  if (!table) return `${shown}. ${fault}`;
  const valid = [`[[${table.name}]]`, ...membersFrom(lines.slice(table.from))].join('\n');
  return `${shown}. Members between braces need commas between them. Without commas this is valid:\n\n${valid}\n\nEach further one begins with [[${table.name}]] again`;
}

function shownLine(line: string): string {
  const [, name] = MEMBER.exec(line) ?? [];
  const safe = name !== undefined && SECRET.test(name) ? `${name} = …` : line.trim();
  return safe === '' || safe.length > 200 ? '' : `, in the line ${JSON.stringify(safe)}`;
}

/** The list of tables that is open at the end of these lines, and where the last of its tables begins. */
function tableOf(lines: readonly string[]): { name: string; from: number } | undefined {
  const from = lines.findLastIndex((line) => /\{\s*$/.test(line));
  const list = lines.findLastIndex(
    (line) => /^\s*[A-Za-z0-9_-]+\s*=\s*\[/.test(line) && /[[{]\s*$/.test(line),
  );
  if (from < 0 || list < 0 || list > from) return undefined;
  const key = lines[list]!.split('=')[0]!.trim();
  const header = lines.slice(0, list).findLast((line) => /^\s*\[[^[\]]+\]\s*$/.test(line));
  const table = header?.trim().slice(1, -1);
  return { name: table === undefined ? key : `${table}.${key}`, from: from + 1 };
}

function membersFrom(lines: readonly string[]): string[] {
  const end = lines.findIndex((line) => line.trim().startsWith('}'));
  return lines.slice(0, end < 0 ? lines.length : end).flatMap((line) => {
    const [, name, value] = MEMBER.exec(line) ?? [];
    if (name === undefined) return [];
    return [`${name} = ${SECRET.test(name) ? '"…"' : value}`];
  });
}
