import type { Config } from '../config/config.ts';
import type { ChannelParts } from '../delivery/channel-registry.ts';
import { compileTemplate } from './compile-template.ts';
import { KafkaSink } from './kafka-sink.ts';

/** The real surroundings of channels. */
export function channelParts({ kafka }: Config): ChannelParts {
  return {
    nowMs: Date.now,
    recordSink: (config) => new KafkaSink(config, kafka.clientId, Date.now),
    template: compileTemplate,
  };
}
