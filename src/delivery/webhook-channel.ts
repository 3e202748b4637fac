import type { Channel } from './channel.ts';
import { httpPost } from './http-post.ts';
import { urlSecrets } from './url-secrets.ts';
import { signWebhook } from './webhook-signature.ts';

export interface WebhookOptions {
  readonly name: string;
  readonly url: string;
  /** `null`: sent without a signature. */
  readonly secret: string | null;
  readonly timeoutMs: number;
  readonly nowMs: () => number;
}

/** Posts docs/webhook.schema.json bodies with `idempotency-key` and, given a secret, `x-strayd-signature` of the time of sending. */
export function webhookChannel(options: WebhookOptions): Channel {
  const { name, url, secret, timeoutMs } = options;
  const secrets = [...(secret === null ? [] : [secret]), ...urlSecrets(url)];
  return {
    name,
    send({ body, idempotencyKey }, signal) {
      const nowMs = options.nowMs();
      const headers = {
        'idempotency-key': idempotencyKey,
        ...(secret === null ? {} : { 'x-strayd-signature': signWebhook(secret, body, nowMs) }),
      };
      return httpPost({ url, headers, body, secrets, timeoutMs, nowMs }, signal);
    },
  };
}
