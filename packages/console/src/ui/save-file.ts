/** Offers a text to the user as a file. */
export function saveFile(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text]));
  link.download = name;
  link.click();
  // A browser may read it after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
