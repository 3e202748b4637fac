import type { Channel } from './channel.ts';
import { httpPost } from './http-post.ts';
import { urlSecrets } from './url-secrets.ts';

export interface AlertmanagerOptions {
  readonly name: string;
  /** Of one replica, with its route prefix if it has one. */
  readonly url: string;
  readonly timeoutMs: number;
  readonly nowMs: () => number;
}

/** Posts a list of alerts to one Alertmanager replica (https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml). */
export function alertmanagerChannel({ name, url, timeoutMs, nowMs }: AlertmanagerOptions): Channel {
  const endpoint = `${url.replace(/\/+$/, '')}/api/v2/alerts`;
  const secrets = urlSecrets(url);
  return {
    name,
    send: ({ body }, signal) =>
      httpPost({ url: endpoint, headers: {}, body, secrets, timeoutMs, nowMs: nowMs() }, signal),
  };
}
