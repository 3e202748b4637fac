import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startLocalService, type LocalService } from './local-service.ts';
import { systemBinary } from './system-binary.ts';

/** What a test's Prometheus scrapes (each second), evaluates and notifies; addresses are `host:port`. */
export interface PrometheusOptions {
  readonly targets: readonly string[];
  /** A whole rules file in YAML. */
  readonly rules?: string;
  readonly alertmanagers?: readonly string[];
  readonly interval?: string;
  /** Where it pushes all that it scrapes. */
  readonly remoteWrite?: string;
  /** What it has stored before it starts, in OpenMetrics text with times. */
  readonly history?: string;
}

/** Debian's `prometheus`; `test.skipIf(prometheusBinary.path === null)('…' + prometheusBinary.note, …)`. */
export const prometheusBinary = systemBinary('prometheus', 'prometheus');

/* promtool comes with Debian's prometheus. */
const backfill = async (folder: string, text: string): Promise<void> => {
  const file = join(folder, 'history.om');
  await writeFile(file, text);
  await promisify(execFile)('promtool', [
    'tsdb',
    'create-blocks-from',
    'openmetrics',
    file,
    join(folder, 'data'),
  ]);
};

/** Starts a Prometheus of one's own and resolves once it is ready. */
export const startPrometheus = (options: PrometheusOptions): Promise<LocalService> => {
  const interval = options.interval ?? '1s';
  const config = {
    global: { scrape_interval: interval, evaluation_interval: interval },
    rule_files: options.rules === undefined ? [] : ['rules.yml'],
    scrape_configs: [{ job_name: 'strayd', static_configs: [{ targets: options.targets }] }],
    remote_write: options.remoteWrite === undefined ? [] : [{ url: options.remoteWrite }],
    alerting: { alertmanagers: [{ static_configs: [{ targets: options.alertmanagers ?? [] }] }] },
  };
  return startLocalService({
    name: 'prometheus',
    path: prometheusBinary.path ?? 'prometheus',
    readyPath: '/-/ready',
    prepare: async (folder, port) => {
      const configFile = join(folder, 'prometheus.yml');
      await writeFile(configFile, JSON.stringify(config));
      if (options.rules !== undefined) await writeFile(join(folder, 'rules.yml'), options.rules);
      if (options.history !== undefined) await backfill(folder, options.history);
      return [
        `--config.file=${configFile}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ];
    },
  });
};
