import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';
import { explainedCasts } from './scripts/lint/explained-casts.mjs';

const nodeGlobals = Object.fromEntries(
  [
    'process',
    'console',
    'URL',
    'fetch',
    'setTimeout',
    'clearTimeout',
    'setInterval',
    'clearInterval',
    'Buffer',
    'AbortSignal',
  ].map((name) => [name, 'readonly']),
);

/**
 * Sources whose exported functions, classes and types have a doc comment. Tests need none. The components of the console
 * are left out: each is named after what it shows.
 */
const DOCUMENTED = ['packages/*/src/**/*.ts', 'services/*/src/**/*.ts'];

/** Sources in which each cast says why it is safe. */
const SOURCES = ['packages/*/src/**/*.{ts,tsx}', 'services/*/src/**/*.ts'];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.data/**', 'coverage/**', '**/browser/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strict],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Only config.ts reads the environment: everything else is given what it needs.
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Read it in config.ts.' },
      ],
    },
  },
  {
    files: [
      '**/config.ts',
      'packages/runtime/src/environment.ts',
      // Makes it complete, before config.ts reads it.
      'packages/process/src/environment.ts',
      '**/*.test.ts',
      '**/test/**',
      'packages/test-kit/**',
      'tests/**',
      'packages/provisioner/src/command/**',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: DOCUMENTED,
    ignores: ['**/*.test.ts', '**/*.test.tsx'],
    plugins: { jsdoc },
    rules: {
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: true,
          // Comments on members say what their names and types do not; many need none.
          require: { ClassDeclaration: true, FunctionDeclaration: true },
          contexts: ['TSInterfaceDeclaration', 'TSTypeAliasDeclaration'],
          enableFixer: false,
        },
      ],
    },
  },
  {
    files: SOURCES,
    ignores: ['**/*.test.ts', '**/*.test.tsx', 'packages/test-kit/**'],
    plugins: { local: { rules: { 'explained-casts': explainedCasts } } },
    rules: { 'local/explained-casts': 'error' },
  },
  {
    files: ['**/*.mjs', '**/*.js', '**/*.cjs'],
    languageOptions: { globals: { ...nodeGlobals, module: 'writable', require: 'readonly' } },
  },
  prettier,
);
