import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../../config/config.ts';
import { revealed } from '../../config/revealed.ts';

const AT_THE_START: readonly (readonly [string, (config: Config) => unknown])[] = [
  ['kafka.brokers', ({ kafka }) => kafka.brokers],
  ['kafka.group_id', ({ kafka }) => kafka.groupId],
  ['kafka.client_id', ({ kafka }) => kafka.clientId],
  ['kafka.tls', ({ kafka }) => kafka.tls],
  ['kafka.sasl', ({ kafka }) => kafka.sasl],
  // Trainings, and the memory of what is fetched, are laid out by them.
  ['limits.model_memory', ({ limits }) => limits.modelMemoryBytes],
  ['store.path', ({ store }) => store.path],
  ['server.listen', ({ server }) => server.listen],
];

/** Keys that differ and are looked at only when strayd starts, as they stand in the file. */
export function needsRestart(running: Config, wanted: Config): string[] {
  return AT_THE_START.flatMap(([name, part]) =>
    isDeepStrictEqual(revealed(part(running)), revealed(part(wanted))) ? [] : [name],
  );
}
