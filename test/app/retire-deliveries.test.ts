import { expect, it } from 'vitest';
import { retireDeliveries } from '../../src/app/retire-deliveries.ts';
import type { TelemetryEvent } from '../../src/app/telemetry.ts';

it('keeps what waits for channels served from the outbox, and tells of the rest', () => {
  const kept: (readonly string[])[] = [];
  const told: TelemetryEvent[] = [];
  const store = {
    retireOutbox: (channels: readonly string[]): number => {
      kept.push(channels);
      return kept.length === 1 ? 2 : 0;
    },
  };
  const channels = [
    { name: 'am', type: 'alertmanager' },
    { name: 'hook', type: 'webhook' },
  ] as const;
  retireDeliveries(store, channels, (event) => told.push(event));
  retireDeliveries(store, channels, (event) => told.push(event));
  expect(kept).toEqual([['hook'], ['hook']]);
  expect(told).toMatchObject([{ event: 'delivery_trouble', level: 'warn', fields: { count: 2 } }]);
  expect(told[0]?.message).toContain('2 deliveries waited for channels');
});
