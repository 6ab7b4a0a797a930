import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { pythonWithRequests } from './support/python.js';

const FOLDER = join(import.meta.dirname, '../packages/client-python');
const python = pythonWithRequests();

// Where it is missing, scripts/test.mjs prints a warning, and fails in CI.
(python === undefined ? describe.skip : describe)('the Python client', () => {
  it('passes its own tests', async () => {
    const { stderr } = await promisify(execFile)(
      python ?? '',
      ['-W', 'error::SyntaxWarning', '-m', 'unittest', 'discover', '-s', 'tests'],
      { cwd: FOLDER, env: { PATH: process.env['PATH'], PYTHONDONTWRITEBYTECODE: '1' }, timeout: 300_000 },
    );
    expect(stderr).toMatch(/Ran [1-9]\d* tests in .*\n\nOK\n$/s);
  });
});
