import type { Channel } from './channel.ts';
import { httpPost } from './http-post.ts';
import { urlSecrets } from './url-secrets.ts';

export interface PagerdutyOptions {
  readonly name: string;
  /** The Events API's, of the region. */
  readonly url: string;
  readonly routingKey: string;
  readonly timeoutMs: number;
  readonly nowMs: () => number;
}

/** Sends events to the Events API v2 (https://developer.pagerduty.com/docs/events-api-v2/overview); `dedup_key` makes repeats harmless. */
export function pagerdutyChannel({ name, url, routingKey, timeoutMs, nowMs }: PagerdutyOptions): Channel {
  const secrets = [routingKey, ...urlSecrets(url)];
  return {
    name,
    send({ body }, signal) {
      const event = { routing_key: routingKey, ...(JSON.parse(body) as object) };
      return httpPost(
        { url, headers: {}, body: JSON.stringify(event), secrets, timeoutMs, nowMs: nowMs() },
        signal,
      );
    },
  };
}
