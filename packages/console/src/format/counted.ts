/** `1 rule`, `1,204 rules`. @param noun in the singular; its plural ends in s */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString()} ${noun}${count === 1 ? '' : 's'}`;
}
