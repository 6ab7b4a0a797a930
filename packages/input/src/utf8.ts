const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * The text that the bytes are in UTF-8, without a byte order mark. Undefined where they are not UTF-8: replacement
 * characters would alter what was sent.
 */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
