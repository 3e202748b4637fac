import { Command } from 'commander';
import { budgetLines } from '../../config/budget-text.ts';
import { renderProblems } from '../../config/render-problems.ts';
import { configOption, readConfig } from '../config-option.ts';

const EXAMPLE_FLEETS = [20, 200];

/** `strayd check`: says what is wrong with a configuration, or what it means. */
export function checkCommand(): Command {
  return new Command('check')
    .summary('check a configuration and say what its alert budgets mean')
    .description(
      'Check a configuration and say what its alert budgets mean a day. If it can not be used, each error is ' +
        'printed with its line and column, the value seen and what to write instead, and the exit code is 2.',
    )
    .addOption(configOption())
    .option('--json', 'print the resolved configuration as JSON, secrets hidden')
    .action((options: { config: string; json?: true }) => {
      const { config, warnings } = readConfig(options.config);
      if (warnings.length > 0) process.stderr.write(`${renderProblems([], warnings)}\n`);
      if (options.json === true) {
        process.stdout.write(`${JSON.stringify(config, null, 2)}\n`);
        return;
      }
      const lines = [`${options.config} is fine.`, '', 'What the budgets mean:'];
      for (const detector of config.detectors) {
        lines.push(...budgetLines(detector, EXAMPLE_FLEETS).map((line) => `  ${line}`));
      }
      const observing = config.detectors.filter(({ mode }) => mode === 'observe').map(({ name }) => name);
      if (observing.length > 0) {
        lines.push('', `In observe mode, nothing is sent: ${observing.join(', ')} (mode: alert delivers).`);
      }
      process.stdout.write(`${lines.join('\n')}\n`);
    });
}
