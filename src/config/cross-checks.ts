import { checkChannel } from './channel-checks.ts';
import { checkMaintenance } from './maintenance-checks.ts';
import { checkDetector } from './detector-checks.ts';
import { checkSasl } from './sasl-checks.ts';
import { checkSource } from './source-checks.ts';
import type { Findings } from './findings.ts';
import { nearestName } from './nearest-name.ts';
import type { ConfigPath } from './problem.ts';
import { reportRepeatedNames } from './repeated-names.ts';
import type { ParsedConfig } from './schema.ts';

/** The rules that look at more than one value. */
export function crossCheck(config: ParsedConfig, findings: Findings): void {
  const sources = config.sources.map((source) => source.name);
  for (const list of ['sources', 'detectors', 'channels'] as const) {
    reportRepeatedNames(
      config[list].map((item) => item.name),
      (index) => [list, index, 'name'],
      findings,
    );
  }
  reportRepeatedNames(
    config.sources.flatMap((source) =>
      source.topics.map((topic) => (typeof topic === 'string' ? topic : topic.pattern)),
    ),
    (position) => topicPath(config, position),
    findings,
  );
  config.sources.forEach((source, index) => {
    checkSource(source, ['sources', index], findings);
  });
  config.detectors.forEach((detector, index) => {
    const path = ['detectors', index];
    checkDetector(detector, path, findings);
    if (detector.source !== undefined && !sources.includes(detector.source)) {
      const near = nearestName(detector.source, sources);
      const hint = near === null ? `the sources are: ${sources.join(', ')}` : `did you mean "${near}"?`;
      findings.error([...path, 'source'], `there is no source "${detector.source}"; ${hint}`);
    }
    if (detector.mode === 'alert' && config.channels.length === 0) {
      findings.warn(
        [...path, 'mode'],
        'mode is "alert" but there are no channels: alerts show only on /metrics and in the API; add one under "channels"',
      );
    }
  });
  config.channels.forEach((channel, index) => {
    checkChannel(channel, { config, path: ['channels', index] }, findings);
  });
  config.maintenance.forEach((window, index) => {
    checkMaintenance(window, { detectors: config.detectors, path: ['maintenance', index] }, findings);
  });
  checkSecrets(config, findings);
  checkDeadLetters(config, findings);
}

function checkDeadLetters({ sources, dead_letters: { topic } }: ParsedConfig, findings: Findings): void {
  const reader = sources.find(({ topics }) => topics.some((one) => one === topic));
  if (topic === undefined || reader === undefined) return;
  const message = `source "${reader.name}" reads topic "${topic}", so dead letters would go round for ever; name another topic`;
  findings.error(['dead_letters', 'topic'], message);
}

function topicPath(config: ParsedConfig, position: number): ConfigPath {
  let rest = position;
  for (const [index, source] of config.sources.entries()) {
    if (rest < source.topics.length) return ['sources', index, 'topics', rest];
    rest -= source.topics.length;
  }
  return ['sources'];
}

function checkSecrets({ kafka, server }: ParsedConfig, findings: Findings): void {
  if (kafka.sasl !== undefined) checkSasl(kafka.sasl, ['kafka', 'sasl'], findings);
  const { host, port } = server.listen;
  if (!isLoopback(host) && server.token === undefined && server.token_file === undefined) {
    findings.error(
      ['server', 'listen'],
      `${host}:${port} can be reached from other machines; set "token" or "token_file", or listen on 127.0.0.1:${port}`,
    );
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
