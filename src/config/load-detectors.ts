import type { DetectorSpec } from '../core/detector.ts';
import { crossCheck } from './cross-checks.ts';
import { substituteEnvironment } from './environment.ts';
import { explainIssue } from './explain-issue.ts';
import type { TextPlace } from './findings.ts';
import { ConfigError, type ConfigPath, type ConfigProblem } from './problem.ts';
import { resolveDetector } from './resolve-detector.ts';
import { configSchema } from './schema.ts';
import { YamlSource } from './yaml-source.ts';

/** What problems call the text. */
const FILE = 'detectors';

/**
 * Reads the `detectors` section alone, as somebody edits it, beside the sources that there are. It reads no file and no
 * environment variable, whoever sends it: nothing of the machine can be asked out of its errors. Throws a {@link ConfigError} with
 * everything that is wrong with it.
 */
export function loadDetectors(text: string, sources: readonly string[]): DetectorSpec[] {
  const source = new YamlSource(FILE, text);
  const syntax = source.syntaxProblems();
  if (syntax.length > 0) throw new ConfigError(syntax);
  const problems: ConfigProblem[] = [];
  const error = (at: ConfigPath, message: string, within?: TextPlace): void =>
    void problems.push(within === undefined ? source.at(at, message) : source.within(at, within, message));

  const written = valueOf(source);
  problems.push(...otherKeys(source, written));
  const document = substituteEnvironment({ ...rest(sources), detectors: written['detectors'] }, {}, (at) =>
    error(at, 'environment variables are not filled in here; write the value out, or $${ for a literal ${'),
  );
  const parsed = configSchema.safeParse(document);
  if (!parsed.success) {
    problems.push(...parsed.error.issues.flatMap((issue) => explainIssue(issue, source, document)));
    throw new ConfigError(inOrder(problems));
  }
  crossCheck(parsed.data, { error, warn: () => undefined });
  if (problems.length > 0) throw new ConfigError(inOrder(problems));
  return parsed.data.detectors.map(resolveDetector);
}

function valueOf(source: YamlSource): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = source.value();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([source.at([], `can't be read as YAML: ${reason}`)]);
  }
  if (typeof value === 'object' && value !== null && 'detectors' in value) return { ...value };
  throw new ConfigError([
    source.at([], 'the text must begin with "detectors:", as in the configuration; under it the list'),
  ]);
}

function otherKeys(source: YamlSource, written: Readonly<Record<string, unknown>>): ConfigProblem[] {
  return Object.keys(written)
    .filter((key) => key !== 'detectors')
    .map((key) => source.atKey([], key, 'only "detectors" is read here; leave this section out'));
}

/** What else a whole configuration has; its formats play no part. */
function rest(sources: readonly string[]): object {
  return {
    sources: sources.map((name, index) => ({ name, topics: [`topic-${index}`], format: 'prometheus_json' })),
  };
}

function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}
