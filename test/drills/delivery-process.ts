import { deliveryService } from '../../src/delivery/delivery-service.ts';
import { webhookChannel } from '../../src/delivery/webhook-channel.ts';
import { openStore } from '../../src/store/open-store.ts';

/*
 * Delivers a store's outbox to a webhook in a process of its own, that can be killed: the senders, the channel and the store
 * are the real ones, only the clock runs faster. Arguments: folder, URL, epoch (Unix ms), how many times as fast.
 */
const [folder = '', url = '', epoch = '', speed = ''] = process.argv.slice(2);
const epochMs = Number(epoch);
const factor = Number(speed);
const nowMs = (): number => epochMs + (Date.now() - epochMs) * factor;
const store = openStore(folder, { mode: 'write', pid: process.pid, random: Math.random });
const channel = webhookChannel({ name: 'hook', url, secret: null, timeoutMs: 250, nowMs });

deliveryService({
  channels: { edge: [{ channel, rateLimit: null }], level: [] },
  reader: { pending: (name, limit) => store.pendingOutbox(name, limit) },
  marks: { mark: async (mark) => store.markOutbox([mark]) },
  current: () => [],
  templateFailed: () => undefined,
  runtime: {
    nowMs,
    random: Math.random,
    setTimer: (callback, delayMs) => {
      const timer = setTimeout(callback, delayMs / factor);
      return () => clearTimeout(timer);
    },
  },
  report: () => undefined,
}).wake();
process.stdout.write('delivering\n');
