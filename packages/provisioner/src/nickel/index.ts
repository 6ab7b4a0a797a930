export { evaluateNickel } from './evaluate.js';
export { exportWithNickel } from './nickel-program.js';
export { NickelError } from './nickel-error.js';
