import { z } from 'zod';
import { instant, request, view } from './view.ts';

const MOST_DELIVERIES = 1000;

const status = z.enum(['pending', 'delivered', 'dead']);

/** A notification on its way to an edge channel, without its body. */
export const deliveryView = view('Delivery', 'A notification on its way to a channel, without its body.', {
  incident: z.string(),
  channel: z.string(),
  status: status.describe('`dead`: given up.'),
  attempts: z.int(),
  lastError: z.string().nullable(),
  idempotencyKey: z.string(),
  since: instant.describe('The newest time that it was to be sent.'),
  deliveredAt: instant.nullable(),
});

export type DeliveryView = z.infer<typeof deliveryView>;

/** Which deliveries to list. */
export const deliveryQuery = z.strictObject({
  status: status.exactOptional().meta({ examples: ['dead'] }),
  channel: z.string().exactOptional(),
  alert: z.string().exactOptional().describe('Id of an incident, or of one of its alerts.'),
  limit: z.int().min(1).max(MOST_DELIVERIES).exactOptional().describe('At most so many; 100 without it.'),
});

export type DeliveryQuery = z.infer<typeof deliveryQuery> & { readonly limit: number };

/** What to send again. */
export const resendRequest = request(
  'ResendRequest',
  'The notifications of an incident, or (`dead`) from the first one given up of each incident and channel on.',
  {
    alert: z.string().exactOptional().describe('Id of an incident, or of one of its alerts.'),
    dead: z.boolean().exactOptional(),
    channel: z.string().exactOptional().describe('Only to this channel.'),
  },
  { dead: true },
);

export type ResendRequest = z.infer<typeof resendRequest>;

/** What came back of one test message. */
export const attemptView = view('Attempt', 'What came back of one test message.', {
  event: z.enum(['firing', 'resolved']),
  ok: z.boolean(),
  answer: z.string(),
});

export type AttemptView = z.infer<typeof attemptView>;
