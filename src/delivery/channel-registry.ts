import type { ChannelConfig } from '../config/config.ts';
import { alertmanagerChannel } from './alertmanager-channel.ts';
import type { Channel } from './channel.ts';
import { webhookChannel } from './webhook-channel.ts';

/** The configured channels by how they are served: from the outbox, one event after the other, or by state. */
export interface Channels {
  readonly edge: readonly Channel[];
  /** One for each Alertmanager replica. */
  readonly level: readonly Channel[];
}

/** A receiver that takes longer has most likely lost the request. */
const timeoutMs = 10_000;

/** Makes the channels of a configuration. A new type of channel gets its line here and, if edge, its body in `outboxRows`. */
export function makeChannels(configs: readonly ChannelConfig[], nowMs: () => number): Channels {
  const edge: Channel[] = [];
  const level: Channel[] = [];
  for (const config of configs) {
    const { name } = config;
    switch (config.type) {
      case 'webhook':
        edge.push(
          webhookChannel({
            name,
            url: config.url,
            secret: config.secret?.reveal() ?? null,
            timeoutMs,
            nowMs,
          }),
        );
        break;
      case 'alertmanager':
        level.push(...config.urls.map((url) => alertmanagerChannel({ name, url, timeoutMs, nowMs })));
        break;
    }
  }
  return { edge, level };
}
