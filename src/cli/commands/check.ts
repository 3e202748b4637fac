import { Command } from 'commander';
import type { DecidedFeatures } from '../../app/discovery/kept-features.ts';
import { NoFeaturesFound } from '../../app/discovery/no-features-found.ts';
import type { Config } from '../../config/config.ts';
import { pipelineConfig } from '../../config/pipeline-config.ts';
import { budgetLines } from '../../config/budget-text.ts';
import { renderProblems } from '../../config/render-problems.ts';
import { configOption, readConfig } from '../config-option.ts';
import { CommandError, EXIT } from '../exit.ts';
import { featureLines } from '../features-report.ts';
import { planLines } from '../plan-report.ts';
import { onlineLines, onlineProblems } from '../online-report.ts';

const EXAMPLE_FLEETS = [20, 200];

/** Prints what the topics show; the exit code is 1 if strayd could not do its work on them. */
async function checkOnline(written: Config, json: boolean): Promise<void> {
  const { features, config } = await decided(written);
  const { lookAtTopics } = await import('../../app/look-at-topics.ts');
  const findings = await reachingKafka(config, () => lookAtTopics(pipelineConfig(config)));
  const problems = onlineProblems(findings);
  const text = json
    ? JSON.stringify({ sources: findings, features, problems }, null, 2)
    : [...onlineLines(findings), ...features.flatMap(featureLines)].join('\n');
  process.stdout.write(`${text}\n`);
  if (!json) for (const problem of problems) process.stderr.write(`error: ${problem}\n`);
  process.exitCode = problems.length === 0 ? EXIT.fine : EXIT.failed;
}

/** Prints what the detectors will take, and when they can speak. */
async function checkPlan(written: Config, json: boolean): Promise<void> {
  const { features, config } = await decided(written);
  const { planTopics } = await import('../../app/plan-topics.ts');
  const plans = await reachingKafka(config, () => planTopics(config));
  const lines = plans.flatMap((plan) => {
    const spec = config.detectors.find(({ name }) => name === plan.detector);
    return spec === undefined ? [] : planLines(plan, spec);
  });
  process.stdout.write(
    `${json ? JSON.stringify({ plans, features }, null, 2) : [...lines, ...features.flatMap(featureLines)].join('\n')}\n`,
  );
  process.exitCode = plans.every(({ series, trouble }) => series > 0 && trouble === null)
    ? EXIT.fine
    : EXIT.failed;
}

/** The configuration with features in the place of `auto`, chosen now where the store has none. */
async function decided(
  written: Config,
): Promise<{ readonly features: readonly DecidedFeatures[]; readonly config: Config }> {
  const { decideFeatures } = await import('../../app/discovery/decide-features.ts');
  const { withFeatures } = await import('../../app/discovery/kept-features.ts');
  const features = await reachingKafka(written, () => decideFeatures(written));
  return { features, config: withFeatures(written, features) };
}

async function reachingKafka<T>(config: Config, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NoFeaturesFound) throw error;
    const brokers = config.kafka.brokers.join(', ');
    const what = error instanceof Error ? error.message : String(error);
    throw new CommandError(`Kafka at ${brokers}: ${what}; correct kafka.brokers, or start it`, EXIT.failed);
  }
}

/** `strayd check`: says what is wrong with a configuration, or what it means. */
export function checkCommand(): Command {
  return new Command('check')
    .summary('check a configuration and say what its alert budgets mean')
    .description(
      'Check a configuration and say what its alert budgets mean a day. If it can not be used, each error is ' +
        'printed with its line and column, the value seen and what to write instead, and the exit code is 2.',
    )
    .addOption(configOption())
    .option(
      '--online',
      'look at the topics too: do their newest records decode, match, and lie keyed by entity?',
    )
    .option(
      '--plan',
      'estimate from a sample of the topics what it will take and when the first alert can come',
    )
    .option('--json', 'print the resolved configuration (with --online or --plan: what that shows) as JSON')
    .action(async (options: { config: string; online?: true; plan?: true; json?: true }) => {
      if (options.online === true && options.plan === true) {
        throw new CommandError(
          '--online and --plan are two looks at the topics; ask for one at a time.',
          EXIT.wrongUse,
        );
      }
      const { config, warnings } = await readConfig(options.config);
      if (warnings.length > 0) process.stderr.write(`${renderProblems([], warnings)}\n`);
      if (options.online === true) {
        await checkOnline(config, options.json === true);
        return;
      }
      if (options.plan === true) {
        await checkPlan(config, options.json === true);
        return;
      }
      if (options.json === true) {
        process.stdout.write(`${JSON.stringify(config, null, 2)}\n`);
        return;
      }
      const lines = [`${options.config} is fine.`, '', 'What the budgets mean:'];
      for (const detector of config.detectors) {
        lines.push(...budgetLines(detector, EXAMPLE_FLEETS).map((line) => `  ${line}`));
      }
      for (const { name, features, autoFeatures } of config.detectors) {
        if (autoFeatures !== true) continue;
        const state =
          features.length === 0 ? 'are chosen when strayd first runs' : `were chosen: ${features.length}`;
        lines.push('', `Features of ${name} (auto) ${state}; "check --online" tells which and why.`);
      }
      const observing = config.detectors.filter(({ mode }) => mode === 'observe').map(({ name }) => name);
      if (observing.length > 0) {
        lines.push('', `In observe mode, nothing is sent: ${observing.join(', ')} (mode: alert delivers).`);
      }
      process.stdout.write(`${lines.join('\n')}\n`);
    });
}
