import { Command, Option } from 'commander';
import type { DemoOptions, DemoResult } from '../../app/demo.ts';
import { DemoError, DemoInterrupted } from '../../app/demo-error.ts';
import { demoReport, judgeDemo } from '../demo-report.ts';
import { demoScreen } from '../demo-screen.ts';
import { CommandError, EXIT } from '../exit.ts';
import { fleetScreen } from '../fleet-screen.ts';
import { wholeNumber } from '../number-arguments.ts';

interface Flags {
  readonly seed: number;
  readonly incidents: boolean;
  readonly model: boolean;
  readonly kafka?: string;
  readonly port: number;
  readonly stay?: true;
  readonly produce?: string;
  readonly json?: true;
}

/** What is on the screen when someone has had enough. */
interface Stoppable {
  finished(): void;
  /** What stays behind, if anything does. */
  readonly left?: string;
}

/** `strayd demo`: no Kafka, no config, under two minutes. */
export function demoCommand(): Command {
  return new Command('demo')
    .summary('watch it learn a simulated fleet and find what goes wrong; needs no Kafka, no config')
    .description(
      'Watch strayd learn a simulated fleet and find what goes wrong in it; needs no Kafka and no config. ' +
        '20 hosts with 6 metrics each: three days of history, a training, then a day with six incidents ' +
        '(two of them faults of the telemetry) and a harmless evening batch job, in accelerated time through the same pipeline as "run". ' +
        'Takes about a minute.',
    )
    .option(
      '-s, --seed <number>',
      'another fleet, other incidents; the same seed gives the same run',
      wholeNumber(0, 999_999_999),
      1,
    )
    .option('--no-incidents', 'nothing goes wrong: what is reported then is false')
    .option('--no-model', 'the range guards alone, to see what the model adds')
    .option(
      '-k, --kafka <brokers>',
      'send the fleet through these brokers (host:port,…) and a topic of its own',
    )
    .option(
      '-p, --port <port>',
      'where the console and /metrics are meanwhile; any free port if it is taken',
      wholeNumber(0, 65_535),
      9477,
    )
    .option(
      '--stay',
      'to watch it in the console: the day takes a minute, and the console stays until Ctrl-C',
    )
    .addOption(
      new Option(
        '--produce <topic>',
        'with --kafka: only write the fleet to this topic, days of history at once and then minute by minute until Ctrl-C, ' +
          'for a strayd of yours to read; the first incident begins after some six minutes',
      ).conflicts(['stay', 'json', 'model']),
    )
    .option('--json', 'print the verdict as JSON and nothing else')
    .action(async (flags: Flags) => {
      if (flags.produce !== undefined) return produce(flags, flags.produce);
      const options: DemoOptions = {
        seed: flags.seed,
        incidents: flags.incidents,
        model: flags.model,
        brokers: flags.kafka?.split(',') ?? null,
        port: flags.port,
        stay: flags.stay === true,
      };
      const screen = demoScreen(flags.json === true ? null : process.stdout);
      const print = (result: DemoResult): void => {
        screen.finished();
        const verdict = judgeDemo(result);
        process.stdout.write(
          flags.json === true ? `${JSON.stringify(verdict)}\n` : `${demoReport(verdict)}\n`,
        );
      };
      const staying = (result: DemoResult): void => {
        print(result);
        if (flags.json !== true) process.stdout.write('\nThe console stays until Ctrl-C.\n');
      };
      const { runDemo } = await import('../../app/demo.ts');
      const result = await untilStopped((signal) => runDemo(options, { ...screen, staying }, signal), screen);
      if (!options.stay) print(result);
    });
}

async function produce({ kafka, seed, incidents }: Flags, topic: string): Promise<void> {
  if (kafka === undefined) {
    throw new CommandError('Say where the topic is: --produce needs --kafka host:port.', EXIT.wrongUse);
  }
  const screen = fleetScreen(process.stdout, topic);
  const options = { brokers: kafka.split(','), topic, seed, incidents };
  const { produceFleet } = await import('../../app/produce-fleet.ts');
  await untilStopped((signal) => produceFleet(options, screen, signal), screen);
}

/** Tidies up at Ctrl-C before the process ends as the signal would have ended it; a second one does not wait. */
async function untilStopped<T>(run: (signal: AbortSignal) => Promise<T>, screen: Stoppable): Promise<T> {
  const stopper = new AbortController();
  const stop = (signal: NodeJS.Signals): void => stopper.abort(signal);
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    return await run(stopper.signal);
  } catch (error) {
    if (error instanceof DemoError) throw new CommandError(error.message);
    if (!(error instanceof DemoInterrupted)) throw error;
    screen.finished();
    process.stderr.write(`Stopped; ${screen.left ?? 'nothing is left behind'}.\n`);
    process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
    process.kill(process.pid, stopper.signal.reason as NodeJS.Signals);
    return new Promise<never>(() => undefined);
  } finally {
    process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
  }
}
