import { z } from 'zod';

/**
 * What PagerDuty documents of an alert event: https://developer.pagerduty.com/docs/events-api-v2/trigger-events (fields and
 * lengths) and https://developer.pagerduty.com/docs/events-api-v2/overview (512 KB an event).
 */
const key = { routing_key: z.string().length(32), dedup_key: z.string().min(1).max(255) };

const trigger = z.strictObject({
  ...key,
  event_action: z.literal('trigger'),
  payload: z.strictObject({
    summary: z.string().min(1).max(1024),
    source: z.string().min(1),
    severity: z.enum(['critical', 'error', 'warning', 'info']),
    timestamp: z.iso.datetime(),
    component: z.string().optional(),
    group: z.string().optional(),
    class: z.string().optional(),
    custom_details: z.record(z.string(), z.unknown()).optional(),
  }),
  images: z
    .array(
      z.strictObject({
        src: z.url({ protocol: /^https$/ }),
        href: z.url().optional(),
        alt: z.string().optional(),
      }),
    )
    .optional(),
  links: z.array(z.strictObject({ href: z.url(), text: z.string().optional() })).optional(),
  client: z.string().optional(),
  client_url: z.url().optional(),
});

const resolve = z.strictObject({ ...key, event_action: z.literal('resolve') });

export const pagerdutyEventSchema = z.discriminatedUnion('event_action', [trigger, resolve]);
export const pagerdutyEventBytes = 512 * 1024;
