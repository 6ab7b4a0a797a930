/**
 * Reads a `Prefer` header (RFC 7240 §2): the value of each preference by its name in lower case. A preference without a value
 * has the empty one; of repeated preferences the first counts. Parameters are ignored: no preference that we know has any.
 */
export function preferencesOf(header: string | undefined): ReadonlyMap<string, string> {
  const preferences = new Map<string, string>();
  for (const [, name = '', quoted, plain = ''] of (header ?? '').matchAll(PREFERENCE)) {
    const key = name.toLowerCase();
    if (!preferences.has(key)) preferences.set(key, quoted ?? plain);
  }
  return preferences;
}

/** A name, perhaps a value, perhaps parameters; up to the next comma that is not quoted. */
const PREFERENCE =
  /(?:^|,)\s*([^\s=;,"]+)\s*(?:=\s*(?:"([^"]*)"|([^\s;,"]*)))?[^,"]*(?:"[^"]*"[^,"]*)*(?=,|$)/g;
