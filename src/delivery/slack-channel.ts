import type { Channel } from './channel.ts';
import { httpPost } from './http-post.ts';
import { urlSecrets } from './url-secrets.ts';

export interface SlackOptions {
  readonly name: string;
  /** The incoming webhook's; its path is the secret. */
  readonly url: string;
  readonly timeoutMs: number;
  readonly nowMs: () => number;
}

/** Posts to an incoming webhook (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks). Slack knows no idempotency key: a repeat is seen twice. */
export function slackChannel({ name, url, timeoutMs, nowMs }: SlackOptions): Channel {
  const secrets = urlSecrets(url);
  return {
    name,
    send: ({ body }, signal) =>
      httpPost({ url, headers: {}, body, secrets, timeoutMs, nowMs: nowMs() }, signal),
  };
}
