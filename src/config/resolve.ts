import type { Config, MaintenanceConfig } from './config.ts';
import type { ReferencedFiles } from './referenced-files.ts';
import { resolveChannel } from './resolve-channel.ts';
import { resolveDetector } from './resolve-detector.ts';
import { resolveHistories } from './resolve-history.ts';
import { resolveKafka } from './resolve-kafka.ts';
import { resolveLimits } from './resolve-limits.ts';
import { resolveSource } from './resolve-source.ts';
import type { ParsedConfig } from './schema.ts';

/** Fills in what depends on other values and reads the files that are named. */
export function resolveConfig(parsed: ParsedConfig, files: ReferencedFiles): Config {
  const { listen, external_url, token, token_file } = parsed.server;
  const kafka = resolveKafka(parsed.kafka, files);
  const written = writtenTopics(parsed);
  return {
    kafka,
    sources: parsed.sources.map((source, index) =>
      resolveSource(source, { path: ['sources', index], files, written }),
    ),
    detectors: parsed.detectors.map(resolveDetector),
    histories: resolveHistories(parsed, files),
    channels: parsed.channels.map((channel, index) =>
      resolveChannel(channel, { path: ['channels', index], files, kafka }),
    ),
    maintenance: parsed.maintenance.map(resolveMaintenance),
    delivery: {
      maxAlertAgeMs: parsed.delivery.max_alert_age,
      maxNotificationsPerHour: parsed.delivery.max_notifications_per_hour,
      timezone: parsed.delivery.timezone,
    },
    deadLetters: { topic: parsed.dead_letters.topic ?? null },
    limits: resolveLimits(parsed.limits),
    store: { path: files.absolute(parsed.store.path) },
    server: {
      listen,
      externalUrl: external_url ?? null,
      token: files.secret({ path: ['server'], key: 'token', inline: token, file: token_file }),
    },
  };
}

/** Read again, they would go round and round. */
function writtenTopics({ channels, dead_letters: { topic } }: ParsedConfig): string[] {
  const alerts = channels.flatMap((channel) => (channel.type === 'kafka' ? [channel.topic] : []));
  return topic === undefined ? alerts : [...alerts, topic];
}

function resolveMaintenance(parsed: ParsedConfig['maintenance'][number]): MaintenanceConfig {
  const { match, schedule, duration, timezone, start, end, comment } = parsed;
  // The cross checks see to it that it is one of the two, and whole.
  return {
    matchers: match,
    span: start === undefined || end === undefined ? null : { fromMs: start, untilMs: end },
    recurs:
      schedule === undefined || duration === undefined ? null : { schedule, timezone, durationMs: duration },
    comment,
  };
}
