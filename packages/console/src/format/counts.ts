/** `1 change`, `1,204 changes`. @param noun in the singular */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString()} ${noun}${count === 1 ? '' : 's'}`;
}
