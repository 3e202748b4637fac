import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { shownConfig } from '../../src/app/shown-config.ts';
import { Secret } from '../../src/config/secret.ts';
import { configOf } from './config-fixture.ts';

it('shows the configuration as its file would have it, without any secret', () => {
  const base = configOf('/data');
  const text = shownConfig({
    ...base,
    kafka: { ...base.kafka, sasl: { mechanism: 'plain', username: 'me', password: new Secret('hunter2') } },
    server: { ...base.server, token: new Secret('hunter2') },
    channels: [
      {
        name: 'hook',
        type: 'webhook',
        url: new Secret('https://x.example/hunter2', 'https://x.example/…'),
        secret: null,
        template: { title: null, text: 'x'.repeat(1000) },
        rateLimit: null,
      },
    ],
  });
  expect(text).not.toContain('hunter2');
  const shown = parse(text);
  expect(shown.kafka.sasl).toEqual({ mechanism: 'plain', username: 'me', password: '<secret>' });
  expect(shown.channels[0].url).toBe('https://x.example/…');
  expect(shown.channels[0].template.text).toHaveLength(301);
  expect(shown.delivery.max_alert_age).toBe('unlimited');
  const [detector] = base.detectors;
  expect(shown.detectors[0]).toMatchObject({ name: detector?.name, step: '15s' });
  expect(shown.detectors[0].alert.budget).toBe('5 per week');
  expect(text).not.toMatch(/[a-z][A-Z]\w*:/);
});
