import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { roomBoundaries } from './eslint.rooms.js';

const WALL_CLOCK = 'Only app/ reads the wall clock: take a clock as a parameter.';
const CHANCE = 'Only app/ reads chance: take a seeded random source as a parameter.';
const CLOCK_SYNTAX = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: WALL_CLOCK },
  { selector: 'CallExpression[callee.name="Date"]', message: WALL_CLOCK },
];

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'test/fixtures/', '**/*.cjs']),
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always'],
      'no-var': 'error',
      'prefer-const': 'error',
      'no-restricted-exports': [
        'error',
        { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Seams answer promises even where an implementation has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // Seams are written with method signatures but made by closures, which have no `this` to lose.
      '@typescript-eslint/unbound-method': 'off',
      // Numbers and the like read well in messages; objects are still caught by no-base-to-string.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
    },
  },
  { files: ['src/**/*.ts'], rules: { 'no-console': 'error' } },
  {
    // Tests look into JSON answers, whose shape is what they check.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/app/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: WALL_CLOCK },
        { object: 'Math', property: 'random', message: CHANCE },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    ignores: ['test/support/properties.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { name: 'fast-check', message: 'Take fc from test/support/properties.ts, which seeds it.' },
      ],
    },
  },
  roomBoundaries(CLOCK_SYNTAX),
  {
    files: ['*.config.ts', '*.js', '**/*.d.ts'],
    rules: { 'no-restricted-exports': 'off' },
  },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
);
