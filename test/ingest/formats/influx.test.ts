import { expect, test } from 'vitest';
import { influx } from '../../../src/ingest/formats/influx.ts';
import { finiteNumber, formatContract, testLimits } from './format-contract.ts';
import { fc } from '../../support/properties.ts';

const format = influx();
const read = (text: string) => format.decode(Buffer.from(text), testLimits);
const escape = (text: string): string => text.replace(/[,= ]/g, (char) => `\\${char}`);

formatContract({
  format,
  timeUnitMs: 1,
  value: finiteNumber,
  // The protocol has no way to write a line's end or a closing backslash in a tag.
  labelValue: fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((text) => !/[\p{Surrogate}\n\\]/u.test(text)),
  encode: ({ metric, labels, timeMs, value }) => {
    const tags = Object.entries(labels).map(([tag, text]) => `,${escape(tag)}=${escape(text)}`);
    return Buffer.from(`${escape(metric)}${tags.join('')} value=${value} ${timeMs}000000`);
  },
  broken: [
    ['bytes that are not UTF-8', 'not_utf8' as const, Buffer.from([0x63, 0xff])],
    ['an empty value', 'bad_line' as const, Buffer.alloc(0)],
    ['only a comment', 'bad_line' as const, Buffer.from('# hello')],
    ['no fields', 'bad_line' as const, Buffer.from('cpu,host=a')],
    ['a tag without a value', 'bad_line' as const, Buffer.from('cpu,host a=1 1')],
    ['a field without a value', 'bad_line' as const, Buffer.from('cpu a= 1')],
    ['a text that never ends', 'bad_line' as const, Buffer.from('cpu a="x 1')],
    ['a value that is no number', 'bad_value' as const, Buffer.from('cpu a=x 1')],
    ['NaN, which the protocol does not have', 'bad_value' as const, Buffer.from('cpu a=NaN 1')],
    ['a value beyond double precision', 'bad_value' as const, Buffer.from('cpu a=1e999 1')],
    ['no time', 'bad_time' as const, Buffer.from('cpu a=1')],
    ['a negative time', 'bad_time' as const, Buffer.from('cpu a=1 -5')],
    ['a tag too long', 'too_long_label' as const, Buffer.from(`cpu,h=${'x'.repeat(201)} a=1 1`)],
  ].map(([what, reason, bytes]) => ({ what, reason, bytes }) as never),
});

test('reads lines as Telegraf writes them: one metric a field, tags as labels, texts skipped', () => {
  const lines = [
    'cpu,cpu=cpu0,host=db-3 usage_idle=98.5,usage_user=1i,uptime_format="1 day, 2:03" 1790000000123456789',
    'disk\\ io,host=db\\,3,path=/a\\=b reads=7u,busy=t,value=2 1790000000000000000',
  ];
  const cpu = { labels: { cpu: 'cpu0', host: 'db-3' }, timeMs: 1_790_000_000_123 };
  const disk = { labels: { host: 'db,3', path: '/a=b' }, timeMs: 1_790_000_000_000 };
  expect(read(lines.join('\n'))).toEqual({
    samples: [
      { metric: 'cpu_usage_idle', value: 98.5, ...cpu },
      { metric: 'cpu_usage_user', value: 1, ...cpu },
      { metric: 'disk_io_reads', value: 7, ...disk },
      { metric: 'disk_io_busy', value: 1, ...disk },
      { metric: 'disk_io', value: 2, ...disk },
    ],
    rejects: [],
    skipped: 1,
    stableLabels: true,
  });
});

test('a text holds newlines between its quotes, and one that never ends takes no line after it along', () => {
  const note = 'mem,host=a used=50,note="first\nsecond, \\"cited\\" =1 2\nthird",free=7 1790000000000000000';
  expect(read(`${note}\nmem,host=b used=51 1790000000000000000`)).toMatchObject({
    samples: [
      { metric: 'mem_used', value: 50 },
      { metric: 'mem_free', value: 7 },
      { metric: 'mem_used', value: 51 },
    ],
    rejects: [],
  });
  const broken = read('mem,host=a note="x 1790000000000000000\nmem,host=b used=51 1790000000000000000');
  expect(broken.samples).toMatchObject([{ metric: 'mem_used', value: 51 }]);
  expect(broken.rejects).toHaveLength(1);
});

test('a bad line costs neither the lines around it nor the good fields beside a bad one', () => {
  const { samples, rejects } = read('a x=1 1000000\nb,c x=1 1\nd x=oops,y=2 1000000\n');
  expect(samples.map(({ metric }) => metric)).toEqual(['a_x', 'd_y']);
  expect(rejects.map(({ reason }) => reason)).toEqual(['bad_line', 'bad_value']);
  expect(rejects[1]?.detail).toContain('"oops"');
});

test('writes names as Prometheus would', () => {
  const { samples } = read('net-stats,my.tag=x tcp.in=1 1000000');
  expect(samples[0]).toMatchObject({ metric: 'net_stats_tcp_in', labels: { my_tag: 'x' } });
});
