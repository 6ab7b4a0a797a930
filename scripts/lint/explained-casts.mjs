const SAFE = /^[\s*]*Safe cast: \S/;

/** Nodes whose first line a comment about a cast can precede: it need not stand in the middle of an expression. */
const WHOLE = /(Statement|Declaration|PropertyDefinition|MethodDefinition)$/;

/**
 * A rule of ESLint: each cast has a comment `Safe cast: …` that says why the value has that type. The comment stands on the
 * line of the cast, or above it, or above an expression or statement that contains it. `as const` and `as unknown` claim
 * nothing, so they need none.
 */
export const explainedCasts = {
  meta: {
    type: 'problem',
    messages: {
      unexplained:
        'This cast needs a comment "Safe cast: …" that says why it is safe. Better: check the value, so that no cast is needed.',
    },
    schema: [],
  },
  create(context) {
    const { sourceCode } = context;
    /** Lines on which an explanation ends. Line comments that follow each other are one explanation. */
    const explained = new Set();
    let open = 0;
    for (const { value, loc } of sourceCode.getAllComments()) {
      const goesOn = open > 0 && loc.start.line === open + 1;
      if (goesOn) explained.delete(open);
      open = goesOn || SAFE.test(value) ? loc.end.line : 0;
      if (open > 0) explained.add(open);
    }
    const isExplained = (node) => {
      if (explained.has(node.loc.start.line) || explained.has(node.loc.end.line)) return true;
      for (let around = node; around; around = around.parent) {
        if (explained.has(around.loc.start.line - 1)) return true;
        if (WHOLE.test(around.type)) return false;
      }
      return false;
    };
    const check = (node) => {
      const { type, typeName } = node.typeAnnotation;
      if (type === 'TSUnknownKeyword' || typeName?.name === 'const' || isExplained(node)) return;
      context.report({ node, messageId: 'unexplained' });
    };
    return { TSAsExpression: check, TSTypeAssertion: check };
  },
};
