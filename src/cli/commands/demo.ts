import { Command, InvalidArgumentError } from 'commander';
import { runDemo, type DemoOptions } from '../../app/demo.ts';
import { demoReport, judgeDemo } from '../demo-report.ts';
import { demoScreen } from '../demo-screen.ts';

interface Flags {
  readonly seed: number;
  readonly incidents: boolean;
  readonly model: boolean;
  readonly kafka?: string;
  readonly port: number;
  readonly json?: true;
}

/** `strayd demo`: no Kafka, no config, under two minutes. */
export function demoCommand(): Command {
  return new Command('demo')
    .description(
      'watch strayd learn a simulated fleet and find what goes wrong in it; needs no Kafka and no config.\n' +
        '20 hosts with 6 metrics each: three days of history, a training, then a day with four incidents\n' +
        'and a harmless nightly batch job, in accelerated time through the same pipeline as "run".',
    )
    .option('-s, --seed <number>', 'another fleet, other incidents; the same seed gives the same run', wholeNumber, 1)
    .option('--no-incidents', 'nothing goes wrong: what is reported then is false')
    .option('--no-model', 'the range guards alone, to see what the model adds')
    .option('-k, --kafka <brokers>', 'send the fleet through these brokers (host:port,…) and a topic of its own')
    .option('-p, --port <port>', 'where /metrics is meanwhile; 0 takes any free port', wholeNumber, 9477)
    .option('--json', 'print the verdict as JSON and nothing else')
    .action(async (flags: Flags) => {
      const options: DemoOptions = {
        seed: flags.seed,
        incidents: flags.incidents,
        model: flags.model,
        brokers: flags.kafka?.split(',') ?? null,
        port: flags.port,
      };
      const screen = demoScreen(flags.json === true ? null : process.stdout);
      const verdict = judgeDemo(await runDemo(options, screen));
      screen.finished();
      process.stdout.write(flags.json === true ? `${JSON.stringify(verdict)}\n` : `${demoReport(verdict)}\n`);
    });
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It takes a whole number.');
  return Number(text);
}
