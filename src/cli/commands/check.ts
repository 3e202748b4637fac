import { Command } from 'commander';
import { budgetLines } from '../../config/budget-text.ts';
import { renderProblems } from '../../config/render-problems.ts';
import { configOption, readConfig } from '../config-option.ts';

const EXAMPLE_FLEETS = [1, 20, 200];

/** `strayd check`: says what is wrong with a configuration, or what it means. */
export function checkCommand(): Command {
  return new Command('check')
    .description('check a configuration; exit code 2 and line:column of each error if it can not be used')
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
