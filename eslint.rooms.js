/**
 * The rooms of src/ and whose values each may import; types may also come from `types`. One direction only, so that the
 * pure rooms stay pure (docs/ARCHITECTURE.md).
 */
const ROOMS = {
  core: { values: [], types: [] },
  config: { values: ['core'], types: [] },
  ingest: { values: ['core'], types: ['config'] },
  model: { values: ['core'], types: [] },
  pipeline: { values: ['core', 'model'], types: [] },
  training: { values: ['core', 'model', 'pipeline'], types: [] },
  store: { values: [], types: ['core', 'model', 'pipeline', 'training'] },
  delivery: { values: [], types: ['core', 'config', 'pipeline'] },
  server: { values: [], types: ['core', 'config', 'model', 'pipeline'] },
  app: {
    values: ['core', 'config', 'ingest', 'model', 'pipeline', 'training', 'store', 'delivery', 'server'],
    types: [],
  },
  cli: {
    values: ['app', 'config', 'core'],
    types: ['ingest', 'model', 'pipeline', 'training', 'store', 'delivery', 'server'],
  },
};

/** Packages that only one folder may know, so that they can be replaced there. */
const KEPT_PACKAGES = [
  { pattern: '^@tensorflow/', only: 'src/model' },
  { pattern: '^kafkajs', only: 'src/ingest/kafka' },
  { pattern: '^better-sqlite3', only: 'src/store' },
  { pattern: '^liquidjs', only: 'src/core' },
];

/**
 * ESLint configurations, one a folder, that refuse imports against the direction of the rooms. `pureSyntax`: what is refused outside app/ besides;
 * a file has one list of refused syntax, and dynamic imports are in it.
 */
export function roomBoundaries(pureSyntax) {
  return Object.entries(ROOMS).flatMap(([room, { values, types }]) => {
    const others = Object.keys(ROOMS).filter((other) => other !== room && !values.includes(other));
    const patterns = others.map((other) => ({
      regex: `^(\\.\\./)+${other}/`,
      allowTypeImports: types.includes(other),
      message: `${room}/ takes ${types.includes(other) ? 'only types' : 'nothing'} from ${other}/.`,
    }));
    const folders = [
      `src/${room}`,
      ...KEPT_PACKAGES.map(({ only }) => only).filter((only) => only.startsWith(`src/${room}/`)),
    ];
    return folders.map((folder) => ({
      files: [`${folder}/**/*.ts`],
      rules: {
        '@typescript-eslint/no-restricted-imports': [
          'error',
          { patterns: [...patterns, ...packagesKeptFrom(folder)] },
        ],
        'no-restricted-syntax': [
          'error',
          ...(room === 'app' ? [] : pureSyntax),
          ...[...patterns, ...packagesKeptFrom(folder)].map(({ regex, message }) => ({
            // The selector's own grammar ends a regular expression at the first slash.
            selector: `ImportExpression[source.value=/${regex.replaceAll(/\\?\//g, '\\u002F')}/]`,
            message,
          })),
        ],
      },
    }));
  });
}

function packagesKeptFrom(folder) {
  return KEPT_PACKAGES.filter(({ only }) => only !== folder).map(({ pattern, only }) => ({
    regex: pattern,
    message: `Only ${only}/ imports this package.`,
  }));
}
