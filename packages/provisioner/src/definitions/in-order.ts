import { DriverError } from '../drivers/driver.js';
import type { TaskservDefinition } from './definition.js';

/**
 * Orders task services for their installation: requirements first, otherwise by `order`, then by name. They are removed
 * in the reverse order.
 * @param wanted names; their requirements are added
 * @throws DriverError that names a cycle
 */
export async function inOrder(
  wanted: readonly string[],
  find: (name: string) => Promise<TaskservDefinition>,
): Promise<TaskservDefinition[]> {
  const found = new Map<string, TaskservDefinition>();
  const collect = async (name: string, way: readonly string[]): Promise<void> => {
    if (way.includes(name)) {
      const cycle = [...way.slice(way.indexOf(name)), name].join(' requires ');
      throw new DriverError(
        `The task services have a circular dependency: ${cycle}. Remove one of these from "requires".`,
        { permanent: true },
      );
    }
    const definition = found.get(name) ?? (await find(name));
    found.set(name, definition);
    for (const required of definition.requires) await collect(required, [...way, name]);
  };
  for (const name of wanted) await collect(name, []);

  const ordered: TaskservDefinition[] = [];
  const placed = new Set<string>();
  const waiting = [...found.values()].sort(
    (one, other) => one.order - other.order || (one.name < other.name ? -1 : 1),
  );
  while (waiting.length > 0) {
    const next = waiting.findIndex(({ requires }) => requires.every((name) => placed.has(name)));
    const [definition] = waiting.splice(next, 1);
    if (!definition) break;
    placed.add(definition.name);
    ordered.push(definition);
  }
  return ordered;
}
