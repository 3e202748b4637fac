import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { eventLabels, toWideRows } from './quality/labelled-entity.ts';
import { loadSet, SET_NAMES } from './quality/load-set.ts';

const USAGE = `usage: tsx test/bench/convert-to-wide.ts --data DIR --set ${SET_NAMES.join('|')} --out DIR
       [--entities a,b] [--digits N]
Writes wide.csv.gz and labels.csv as \`strayd backtest\` reads them, and prints the time for --train-until.`;

function main(): number {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      set: { type: 'string' },
      out: { type: 'string' },
      entities: { type: 'string' },
      digits: { type: 'string' },
    },
  });
  const { data, set, out } = values;
  if (data === undefined || set === undefined || out === undefined) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const wanted = values.entities?.split(',');
  const loaded = loadSet(data, set);
  if (loaded === null) {
    process.stderr.write(`${data} does not hold the set ${set} (layout: test/bench/README.md)\n`);
    return 1;
  }
  const entities = loaded.filter(({ entity }) => wanted?.includes(entity) ?? true);
  const digits = Number(values.digits ?? 15);
  const text = (value: number): string =>
    Number.isNaN(value) ? '' : String(Number(value.toPrecision(digits)));
  const header = ['time', 'entity', ...(entities[0]?.features ?? [])].join(',');
  const rows = entities
    .flatMap(toWideRows)
    .sort((a, b) => a.timeMs - b.timeMs)
    .map(({ timeText, entity, values: row }) => [timeText, entity, ...Array.from(row, text)].join(','));
  const iso = (timeMs: number): string => new Date(timeMs).toISOString().replace('.000Z', 'Z');
  const labels = entities.flatMap(eventLabels).map((event) => {
    return [event.entity, iso(event.startMs), iso(event.endMs)].join(',');
  });
  const packed = gzipSync(`${[header, ...rows].join('\n')}\n`, { level: 9 });
  writeFileSync(join(out, 'wide.csv.gz'), packed);
  writeFileSync(join(out, 'labels.csv'), `${['entity,start,end', ...labels].join('\n')}\n`);
  for (const { entity, startMs, stepMs, trainRows } of entities) {
    process.stdout.write(`${entity}: labelled from ${iso(startMs + trainRows * stepMs)}\n`);
  }
  process.stdout.write(`${packed.length} bytes\n`);
  return 0;
}

process.exitCode = main();
