import type { DetectorSpec } from '../core/detector.ts';
import type { Config } from './config.ts';
import { crossCheck } from './cross-checks.ts';
import { deepFreeze } from './deep-freeze.ts';
import { substituteEnvironment } from './environment.ts';
import type { Environment } from './environment.ts';
import type { TextPlace } from './findings.ts';
import { explainIssue } from './explain-issue.ts';
import { ConfigError } from './problem.ts';
import type { ConfigPath, ConfigProblem } from './problem.ts';
import { ReferencedFiles } from './referenced-files.ts';
import type { ReadFile } from './referenced-files.ts';
import { resolveDetector } from './resolve-detector.ts';
import { resolveConfig } from './resolve.ts';
import { configSchema } from './schema.ts';
import { YamlSource } from './yaml-source.ts';

/** A usable configuration and what is doubtful in it. */
export interface LoadedConfig {
  readonly config: Config;
  readonly warnings: readonly ConfigProblem[];
  /** The detectors as they would be with steps of another length: with the defaults that depend on it. */
  readonly detectorsAt: (stepMs: number) => readonly DetectorSpec[];
}

/**
 * Reads, checks and resolves a YAML configuration. `readFile` also reads the files that it names (`*_file`).
 * Throws a {@link ConfigError} with everything that is wrong with it.
 */
export function loadConfig(path: string, env: Environment, readFile: ReadFile): LoadedConfig {
  const source = new YamlSource(path, readText(path, readFile));
  const syntax = source.syntaxProblems();
  if (syntax.length > 0) throw new ConfigError(syntax);

  const problems: ConfigProblem[] = [];
  const warnings: ConfigProblem[] = [];
  const error = (at: ConfigPath, message: string, within?: TextPlace): void =>
    void problems.push(within === undefined ? source.at(at, message) : source.within(at, within, message));
  const warn = (at: ConfigPath, message: string): void => void warnings.push(source.at(at, message));

  const document = substituteEnvironment(documentOf(source), env, error);
  const parsed = configSchema.safeParse(document);
  if (!parsed.success) {
    // Where a variable is missing, all else that is said of that value only follows from it.
    const unset = new Set(problems.map((problem) => problem.path));
    const explained = parsed.error.issues.flatMap((issue) => explainIssue(issue, source, document));
    throw new ConfigError(inOrder([...problems, ...explained.filter((problem) => !unset.has(problem.path))]));
  }
  crossCheck(parsed.data, { error, warn });
  const config = resolveConfig(parsed.data, new ReferencedFiles(path, readFile, error));
  if (problems.length > 0) throw new ConfigError(inOrder(problems), inOrder(warnings));
  const detectorsAt = (step: number): DetectorSpec[] =>
    parsed.data.detectors.map((detector) => resolveDetector({ ...detector, step }));
  return { config: deepFreeze(config), warnings: inOrder(warnings), detectorsAt };
}

function readText(path: string, readFile: ReadFile): string {
  try {
    return readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `can't be read: ${reason}; name another file with --config, or let "strayd init" write one`;
    throw new ConfigError([{ file: path, line: 1, column: 1, path: '', message }]);
  }
}

function documentOf(source: YamlSource): unknown {
  try {
    return source.value();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([source.at([], `can't be read as YAML: ${reason}`)]);
  }
}

function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}
