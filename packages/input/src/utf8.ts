const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * The text of bytes in UTF-8, without a byte order mark. Undefined if they are not UTF-8, because replacement characters
 * would change what was sent.
 */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
