import { parseArgs } from 'node:util';
import type { Bench } from './bench-line.ts';

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  quality: async () => (await import('./quality/quality-bench.ts')).qualityBench,
  training: async () => (await import('./training/training-bench.ts')).trainingBench,
  alerts: async () => (await import('./alerts/alerts-bench.ts')).alertsBench,
  scoring: async () => (await import('./scoring/scoring-bench.ts')).scoringBench,
  transfer: async () => (await import('./transfer/transfer-bench.ts')).transferBench,
  replay: async () => (await import('./replay-bench.ts')).replayBench,
  ingest: async () => (await import('./ingest/ingest-bench.ts')).ingestBench,
};

const USAGE = `usage: npm run -s bench -- ${Object.keys(BENCHES).join('|')} [--json] [--data DIR] [--sets asd,js2,…]
       [--rows strayd,prototype] [--seeds N] [--ablate] [--short]
  --data DIR  whole data sets (layout: test/bench/README.md); without it the extract under test/fixtures is used
  --sets      which of them; the default is one small set
  --rows      quality: these detectors only; ingest: these formats, and memory
  --seeds     quality: runs of detectors that chance has a part in, 1 by default; VUS-PR is then mean ± sd
  --ablate    quality: strayd with one part switched off at a time
  --short     ingest, transfer: less of everything, within a minute
  --json      one object a line: {bench, case, value, unit, baseline, baseline_value, ratio}`;

async function main(argv: readonly string[]): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        data: { type: 'string' },
        sets: { type: 'string' },
        rows: { type: 'string' },
        seeds: { type: 'string' },
        ablate: { type: 'boolean' },
        short: { type: 'boolean' },
      },
    });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    return 2;
  }
  const { values, positionals } = parsed;
  const [name = '', ...rest] = positionals;
  const load = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (load === undefined || rest.length > 0) {
    process.stderr.write(`no bench is called "${positionals.join(' ')}"\n${USAGE}\n`);
    return 2;
  }
  if (values.sets !== undefined && values.data === undefined) {
    process.stderr.write(`--sets chooses among the sets of --data DIR, which is not given\n${USAGE}\n`);
    return 2;
  }
  const seeds = Number(values.seeds ?? 1);
  if (!Number.isInteger(seeds) || seeds < 1) {
    process.stderr.write(`--seeds is "${values.seeds ?? ''}"; give a whole number from 1 on\n${USAGE}\n`);
    return 2;
  }
  const json = values.json === true;
  const bench = await load();
  const lines = await bench({
    data: values.data ?? null,
    sets: values.sets?.split(',') ?? null,
    rows: values.rows?.split(',') ?? null,
    seeds,
    ablate: values.ablate === true,
    short: values.short === true,
    print: (text) => {
      if (!json) process.stdout.write(`${text}\n`);
    },
  });
  if (json) for (const line of lines) process.stdout.write(`${JSON.stringify(line)}\n`);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
