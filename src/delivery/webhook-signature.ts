import { createHmac } from 'node:crypto';

/**
 * The value of `x-strayd-signature`: `t=<Unix seconds>,v1=<hex>`, v1 being the HMAC-SHA256 of `<t>.<body>` under the
 * channel's secret. A receiver compares v1 and refuses an old t.
 */
export function signWebhook(secret: string, body: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000);
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${digest}`;
}
