import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startLocalService, type LocalService } from './local-service.ts';
import { systemBinary } from './system-binary.ts';

/** Debian's Alertmanager; skip by it as by `prometheusBinary`. */
export const alertmanagerBinary = systemBinary('prometheus-alertmanager', 'prometheus-alertmanager');

/** Debian's amtool, which comes with Alertmanager. */
export const amtoolBinary = systemBinary('amtool', 'prometheus-alertmanager');

/** Starts an Alertmanager of one's own, which passes alerts on to `webhookUrl` if given. */
export const startAlertmanager = (webhookUrl: string | null = null, port?: number): Promise<LocalService> => {
  const config = {
    route: { receiver: 'tests', group_wait: '100ms', group_interval: '1s', repeat_interval: '1h' },
    receivers: [
      {
        name: 'tests',
        webhook_configs: webhookUrl === null ? [] : [{ url: webhookUrl, send_resolved: true }],
      },
    ],
  };
  return startLocalService({
    name: 'alertmanager',
    path: alertmanagerBinary.path ?? 'prometheus-alertmanager',
    readyPath: '/-/ready',
    ...(port === undefined ? {} : { port }),
    prepare: async (folder, port) => {
      const configFile = join(folder, 'alertmanager.yml');
      await writeFile(configFile, JSON.stringify(config));
      return [
        `--config.file=${configFile}`,
        `--storage.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--cluster.listen-address=',
      ];
    },
  });
};
