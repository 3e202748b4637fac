import type { LevelAlert } from './alertmanager-body.ts';
import type { Channels } from './channel-registry.ts';
import type { DeliveryRuntime, ReportDelivery } from './delivery-runtime.ts';
import { LevelSender } from './level-sender.ts';
import type { OutboxMarks, OutboxReader } from './outbox.ts';
import { OutboxSender } from './outbox-sender.ts';

export interface DeliveryOptions {
  readonly channels: Channels;
  readonly reader: OutboxReader;
  readonly marks: OutboxMarks;
  /** All that fires and is `notified`, and what of it resolved within the last 15 minutes. */
  readonly current: () => readonly LevelAlert[];
  /** A level channel's template failed; edge channels' are rendered into the outbox. */
  readonly templateFailed: (channel: string, fault: string) => void;
  readonly runtime: DeliveryRuntime;
  readonly report: ReportDelivery;
}

/** All channels of a running daemon. */
export interface DeliveryService {
  /** To be called once at start and after each checkpoint that had transitions or notifications; cheap. */
  wake(): void;
  /** Breaks off what is under way, to be sent again after the next start; resolves when nothing is any more. */
  stop(): Promise<void>;
}

/** Starts nothing by itself: the first `wake` does. Each channel and replica goes its own way and delays no other. */
export function deliveryService(options: DeliveryOptions): DeliveryService {
  const { channels, reader, marks, current, templateFailed, runtime, report } = options;
  const senders = [
    ...channels.edge.map((edge) => new OutboxSender({ ...edge, reader, marks, runtime, report })),
    ...channels.level.map((level) => new LevelSender({ ...level, current, templateFailed, runtime, report })),
  ];
  return {
    wake: () => {
      for (const sender of senders) sender.wake();
    },
    stop: async () => {
      await Promise.all(senders.map((sender) => sender.stop()));
      for (const { channel } of [...channels.edge, ...channels.level]) await channel.close?.();
    },
  };
}
