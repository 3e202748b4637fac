import type { HostPort } from './fields.ts';
import type { Findings } from './findings.ts';
import type { ConfigPath } from './problem.ts';
import { checkSasl } from './sasl-checks.ts';
import type { ParsedConfig } from './schema.ts';
import { templateFault } from './template-check.ts';

type ParsedChannel = ParsedConfig['channels'][number];

/** The rules of one channel that look at more than one value. */
export function checkChannel(
  channel: ParsedChannel,
  { config, path }: { readonly config: ParsedConfig; readonly path: ConfigPath },
  findings: Findings,
): void {
  checkTemplate(channel, { config, path }, findings);
  switch (channel.type) {
    case 'webhook':
    case 'slack':
      if (channel.url === undefined && channel.url_file === undefined) {
        findings.error(path, '"url" is missing; write it, or name a file with it in "url_file"');
      }
      return;
    case 'pagerduty':
      if (channel.routing_key === undefined && channel.routing_key_file === undefined) {
        const message =
          '"routing_key" is missing; write it, or name a file with it in "routing_key_file" (in PagerDuty: ' +
          'the service’s Integrations, Events API V2)';
        findings.error(path, message);
      }
      return;
    case 'kafka':
      checkKafka(channel, { config, path }, findings);
      return;
    case 'alertmanager':
      for (const [index, url] of channel.urls.entries()) {
        const api = /(\/api\/v[12](?:\/alerts)?)\/*$/.exec(new URL(url.reveal()).pathname)?.[1];
        if (api === undefined) continue;
        const message = `strayd adds the API's path to the address itself; leave out "${api}"`;
        findings.error([...path, 'urls', index], message);
      }
      return;
  }
}

function checkKafka(
  { topic, brokers, tls, sasl }: Extract<ParsedChannel, { type: 'kafka' }>,
  { config, path }: { readonly config: ParsedConfig; readonly path: ConfigPath },
  findings: Findings,
): void {
  const reader = config.sources.find(({ topics }) => topics.includes(topic));
  // One broker in common makes it the same cluster.
  const ours = new Set(config.kafka.brokers.map((broker) => addressOf(broker)));
  const isOurs = brokers === undefined || brokers.some((broker) => ours.has(addressOf(broker)));
  if (isOurs && reader !== undefined) {
    const message = `source "${reader.name}" reads topic "${topic}", so strayd would read its own alerts; name another topic`;
    findings.error([...path, 'topic'], message);
  }
  if (brokers === undefined && (tls !== false || sasl !== undefined)) {
    const key = tls !== false ? 'tls' : 'sasl';
    findings.error(
      [...path, key],
      `"${key}" goes with "brokers"; write them too, or leave it to the section "kafka"`,
    );
  }
  if (sasl !== undefined) checkSasl(sasl, [...path, 'sasl'], findings);
}

function checkTemplate(
  { template }: ParsedChannel,
  { config, path }: { readonly config: ParsedConfig; readonly path: ConfigPath },
  findings: Findings,
): void {
  const labels = [...new Set(config.detectors.flatMap(({ entity }) => entity))];
  for (const key of ['title', 'text'] as const) {
    const text = template?.[key];
    const fault = text === undefined ? null : templateFault(text, labels);
    if (fault !== null) findings.error([...path, 'template', key], fault.message, fault);
  }
}

function addressOf({ host, port }: HostPort): string {
  return `${host.toLowerCase()}:${port}`;
}
