import type { Config, SourceConfig } from './config.ts';
import type { ReferencedFiles } from './referenced-files.ts';
import { resolveChannel } from './resolve-channel.ts';
import { resolveDetector } from './resolve-detector.ts';
import { resolveHistories } from './resolve-history.ts';
import { resolveKafka } from './resolve-kafka.ts';
import type { ParsedConfig } from './schema.ts';

/** Fills in what depends on other values and reads the files that are named. */
export function resolveConfig(parsed: ParsedConfig, files: ReferencedFiles): Config {
  const { listen, external_url, token, token_file } = parsed.server;
  const kafka = resolveKafka(parsed.kafka, files);
  return {
    kafka,
    sources: parsed.sources.map(resolveSource),
    detectors: parsed.detectors.map(resolveDetector),
    histories: resolveHistories(parsed, files),
    channels: parsed.channels.map((channel, index) =>
      resolveChannel(channel, { path: ['channels', index], files, kafka }),
    ),
    delivery: { maxAlertAgeMs: parsed.delivery.max_alert_age, timezone: parsed.delivery.timezone },
    store: { path: files.absolute(parsed.store.path) },
    server: {
      listen,
      externalUrl: external_url ?? null,
      token: files.secret({ path: ['server'], key: 'token', inline: token, file: token_file }),
    },
  };
}

function resolveSource({ name, topics, format, json }: ParsedConfig['sources'][number]): SourceConfig {
  if (format !== 'json') return { name, topics, format };
  // The cross checks refuse `format: json` without a mapping, so the empty one is never used.
  const mapping = json ?? { time: '', time_unit: 's' as const, values: [] };
  const { records = null, time, time_unit, name: metric = null, labels = null, values } = mapping;
  return { name, topics, format, json: { records, time, timeUnit: time_unit, name: metric, labels, values } };
}
