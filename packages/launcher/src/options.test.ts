import { describe, expect, it } from '@jest/globals';
import { readOptions } from './options.js';

describe('readOptions', () => {
  it('reads the flags', () => {
    expect(readOptions(['--demo', '--exit'])).toEqual({
      demo: true,
      exit: true,
      verbose: false,
      help: false,
    });
  });

  it.each([[['--exit']], [['--port', '1']], [['extra']]])('refuses %j and shows the usage', (args) => {
    expect(() => readOptions(args)).toThrow('npm run demo');
  });
});
