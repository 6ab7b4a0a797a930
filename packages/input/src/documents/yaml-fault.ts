/** By the codes of the `yaml` library, whose own messages are written for programmers. */
const SENTENCES: Record<string, string> = {
  ALIAS_PROPS: 'An alias must have neither an anchor nor a tag.',
  BAD_ALIAS: 'The name of an anchor or an alias is not valid here.',
  BAD_COLLECTION_TYPE: 'The tag does not fit the value after it.',
  BAD_DIRECTIVE: 'A line that begins with "%" is a directive, and this one is unknown.',
  BAD_DQ_ESCAPE: 'This escape is unknown between double quotes. Write the text in single quotes.',
  BAD_INDENT: 'The indentation does not fit the lines before it, or a closing bracket is missing.',
  BAD_PROP_ORDER: 'An anchor or a tag is in the wrong place.',
  BAD_SCALAR_START: 'A text that begins with this character must be in quotes.',
  BLOCK_AS_IMPLICIT_KEY:
    'A text that contains ": " must be in quotes, and a member with members of its own must begin on a new line.',
  BLOCK_IN_FLOW: 'Between brackets and braces, lists and members must be in brackets and braces too.',
  DUPLICATE_KEY: 'This member is defined twice.',
  KEY_OVER_1024_CHARS: 'The name of a member must have 1,024 characters at most.',
  MISSING_CHAR:
    'A character is missing: a closing quote or bracket, a comma, or the blank after a colon or a dash.',
  MULTILINE_IMPLICIT_KEY: 'The name of a member must be on one line, with a colon after it.',
  MULTIPLE_ANCHORS: 'A value must have one anchor at most.',
  MULTIPLE_DOCS: 'The file must contain one document, but a line "---" begins another one.',
  MULTIPLE_TAGS: 'A value must have one tag at most.',
  NON_STRING_KEY: 'The name of a member must be a text.',
  RESOURCE_EXHAUSTION: 'The values are nested too deeply.',
  TAB_AS_INDENT: 'Lines must be indented with blanks, not with tabs.',
  TAG_RESOLVE_FAILED: 'This tag is unknown, or the value does not fit it. Remove the tag.',
};

/** What is wrong with a YAML text, in a sentence. @param code of an error or a warning of the `yaml` library */
export function yamlFaultSentence(code: string): string {
  return SENTENCES[code] ?? 'This is not expected here.';
}
