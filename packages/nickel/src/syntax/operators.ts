import type { BinaryOperator } from './ast.js';

/** How tightly operators bind: of two, the greater one takes the operand between them. */
export const STRENGTH: Readonly<Record<BinaryOperator, number>> = {
  '++': 90,
  '@': 90,
  '*': 80,
  '/': 80,
  '%': 80,
  '+': 70,
  '-': 70,
  '&': 60,
  '|>': 60,
  '<': 50,
  '<=': 50,
  '>': 50,
  '>=': 50,
  '==': 40,
  '!=': 40,
  '&&': 30,
  '||': 20,
};
export const NOT_STRENGTH = 65;
export const NEGATION_STRENGTH = 100;
export const ARROW_STRENGTH = 10;

/** Whether that text is an operator between two operands. */
export function isBinaryOperator(text: string): text is BinaryOperator {
  return Object.hasOwn(STRENGTH, text);
}
