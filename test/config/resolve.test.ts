import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/core/limits.ts';
import { pipelineConfig } from '../../src/config/pipeline-config.ts';
import { MINIMAL, loadText } from './load-text.ts';

const detectorOf = (more: string) => {
  const detector = loadText(MINIMAL + more).config.detectors[0];
  if (detector === undefined) throw new Error('the configuration has no detector');
  return detector;
};

describe('defaults', () => {
  test('are those of the reference', () => {
    expect(loadText(MINIMAL, { path: '/c/strayd.yaml' }).config).toEqual({
      kafka: { brokers: ['localhost:9092'], groupId: 'strayd', clientId: 'strayd', tls: null, sasl: null },
      sources: [{ name: 'node', topics: ['metrics'], format: 'prometheus_json' }],
      detectors: [
        {
          name: 'hosts',
          source: null,
          mode: 'observe',
          select: [],
          entity: ['instance'],
          cohort: [],
          features: [
            { name: 'node_load1', metric: 'node_load1', where: [], as: 'gauge', aggregate: 'mean', unit: '' },
          ],
          stepMs: 15_000,
          windows: [4, 16, 64],
          allowedLatenessMs: 30_000,
          absentAfterMs: 75_000,
          maxFutureMs: 300_000,
          forgetAfterMs: 86_400_000,
          model: {
            type: 'auto',
            layers: [128, 64, 32],
            bottleneck: 0.9,
            noise: 0.1,
            loss: 'mse',
            learningRate: 0.001,
            batchSize: 256,
            maxEpochs: 30,
            backend: 'auto',
            seed: 1,
          },
          training: {
            schedule: '0 3 * * 0',
            timezone: 'UTC',
            spanMs: 28 * 86_400_000,
            quarantineMs: 7 * 86_400_000,
            fineTune: true,
            minSteps: 1440,
            timeLimitMs: 7_200_000,
            memoryLimitBytes: 4 * 2 ** 30,
            keep: 10,
          },
          calibration: { schedule: '0 4 * * *' },
          alert: {
            budget: { count: 5, perMs: 7 * 86_400_000, scope: 'detector' },
            confirm: { steps: 3, of: 5 },
            severity: 'warning',
            direction: 'both',
            minChange: { relative: 0, absolute: 0 },
            minFeatures: 1,
            refractoryMs: 960_000,
            repeatIntervalMs: 14_400_000,
            acceptAfterMs: null,
            acceptMemoryMs: 14 * 86_400_000,
            runbookUrl: null,
            grouping: { by: [], waitMs: 15_000, intervalMs: 600_000 },
            absence: { mode: 'auto', afterMs: 300_000 },
            flatline: { afterMs: 600_000 },
          },
        },
      ],
      histories: [],
      channels: [],
      maintenance: [],
      delivery: { maxAlertAgeMs: 3_600_000, maxNotificationsPerHour: 20, timezone: 'UTC' },
      deadLetters: { topic: null },
      limits: DEFAULT_LIMITS,
      store: { path: '/c/strayd-data' },
      server: { listen: { host: '127.0.0.1', port: 9477 }, externalUrl: null, token: null },
    });
  });

  test('of confirm are 3 of 5 below one-minute steps, else 1 of 1', () => {
    expect(detectorOf('    step: 59s\n').alert.confirm).toEqual({ steps: 3, of: 5 });
    expect(detectorOf('    step: 1m\n').alert.confirm).toEqual({ steps: 1, of: 1 });
  });

  test('of absent_after are five steps, but never less than the allowed lateness', () => {
    expect(detectorOf('    step: 1m\n').absentAfterMs).toBe(300_000);
    expect(detectorOf('    step: 1s\n').absentAfterMs).toBe(30_000);
  });

  test('of an absence are twice absent_after and five minutes at least; of a flatline ten minutes', () => {
    expect(detectorOf('    step: 1m\n').alert.absence).toEqual({ mode: 'auto', afterMs: 600_000 });
    const own = detectorOf('    alert: {absence: {after: 1h}, flatline: {after: 2h}}\n').alert;
    expect([own.absence, own.flatline]).toEqual([{ mode: 'on', afterMs: 3_600_000 }, { afterMs: 7_200_000 }]);
    const off = detectorOf('    alert: {absence: off, flatline: off}\n').alert;
    expect([off.absence?.mode, off.flatline]).toEqual(['off', undefined]);
  });

  test('of min_steps follow the longest window where steps are long', () => {
    expect(detectorOf('    step: 5m\n').training.minSteps).toBe(512);
  });
});

test('topics by pattern never take what strayd writes itself', () => {
  const channels =
    'channels: [{name: k, type: kafka, topic: team-alerts}, {name: h, type: webhook, url: "https://h.example"}]\n';
  const text = MINIMAL.replace('topics: [metrics]', 'topics: [metrics, {pattern: "team-.*"}]');
  expect(loadText(text + channels).config.sources).toMatchObject([
    { topics: ['metrics'], topicPatterns: ['team-.*'], exceptTopics: ['team-alerts'] },
  ]);
});

test('limits are counts and sizes in powers of 1024; those left out keep their defaults', () => {
  const text = `${MINIMAL}limits: {entities_per_detector: 50, record_size: 512KB, unpacked_size: 2GB, label_length: 200}\n`;
  expect(loadText(text).config.limits).toEqual({
    ...DEFAULT_LIMITS,
    entitiesPerDetector: 50,
    recordSizeBytes: 512 * 1024,
    unpackedSizeBytes: 2 * 2 ** 30,
    labelLength: 200,
  });
});

describe('min_change', () => {
  const change = (text: string) => detectorOf(`    alert: {min_change: ${text}}\n`).alert.minChange;

  test('is a share with a percent sign, the unit of the feature without, and both as a list', () => {
    expect(change('12.5%')).toEqual({ relative: 0.125, absolute: 0 });
    expect(change('0.5')).toEqual({ relative: 0, absolute: 0.5 });
    expect(change('[10%, 3]')).toEqual({ relative: 0.1, absolute: 3 });
  });

  test('and direction may be a feature’s own', () => {
    const text = MINIMAL.replace(
      '{metric: node_load1}',
      '{metric: node_load1, min_change: 2, direction: up, worse: up}',
    );
    expect(loadText(text).config.detectors[0]?.features[0]?.gate).toEqual({
      direction: 'up',
      minChange: { relative: 0, absolute: 2 },
      worse: 'up',
    });
  });
});

test('features are sorted by name, whatever their order in the file', () => {
  const text = MINIMAL.replace('[{metric: node_load1}]', '[{metric: b}, {metric: Z}, {metric: x, name: a}]');
  expect(loadText(text).config.detectors[0]?.features.map(({ name }) => name)).toEqual(['Z', 'a', 'b']);
});

describe('secrets', () => {
  const SECRETS = `${MINIMAL}kafka:
  tls: {ca_file: ca.pem, key_file: /keys/client.pem, cert_file: client.crt, server_name: kafka}
  sasl: {mechanism: scram-sha-256, username: u, password_file: password}
channels: [{name: hook, type: webhook, url: "https://example.org", secret: "\${HOOK}"}]
server: {listen: "0.0.0.0:9477", token: token-word}
`;
  const load = () =>
    loadText(SECRETS, {
      path: '/etc/strayd/strayd.yaml',
      env: { HOOK: 'hook-word' },
      files: {
        '/etc/strayd/password': 'password-word\n',
        '/etc/strayd/ca.pem': 'CA',
        '/etc/strayd/client.crt': 'CERT',
        '/keys/client.pem': 'key-word',
      },
    });

  test('come from the file itself, a variable or a `_file` twin without its last line end', () => {
    const { kafka, channels, server } = load().config;
    expect(kafka.sasl?.mechanism === 'scram-sha-256' && kafka.sasl.password.reveal()).toBe('password-word');
    expect(kafka.files).toEqual({
      ca: '/etc/strayd/ca.pem',
      cert: '/etc/strayd/client.crt',
      key: '/keys/client.pem',
      password: '/etc/strayd/password',
    });
    expect(channels[0]?.type === 'webhook' && channels[0].secret?.reveal()).toBe('hook-word');
    expect(server.token?.reveal()).toBe('token-word');
  });

  test('print as <secret> whichever way the configuration is printed', () => {
    const { config } = load();
    const printed = [
      JSON.stringify(config),
      inspect(config, { depth: 10 }),
      `${config.server.token?.toString()}`,
      String(config.server.token),
    ];
    for (const text of printed) {
      expect(text).toContain('<secret>');
      expect(text).not.toMatch(/-word/);
    }
  });

  test('go to the pipeline thread only as far as Kafka needs them, as plain data', () => {
    const plain = pipelineConfig(load().config);
    expect(structuredClone(plain)).toEqual(plain);
    expect(plain.kafka).toEqual({
      brokers: ['localhost:9092'],
      groupId: 'strayd',
      clientId: 'strayd',
      unpackedSizeBytes: DEFAULT_LIMITS.unpackedSizeBytes,
      tls: { ca: 'CA', cert: 'CERT', key: 'key-word', servername: 'kafka' },
      sasl: { mechanism: 'scram-sha-256', username: 'u', password: 'password-word' },
      files: {
        ca: '/etc/strayd/ca.pem',
        cert: '/etc/strayd/client.crt',
        key: '/keys/client.pem',
        password: '/etc/strayd/password',
      },
    });
    expect(JSON.stringify(plain)).not.toMatch(/hook-word|token-word/);
  });
});

test('a history at a Prometheus keeps its secrets, and is told of without them', () => {
  const text = `${MINIMAL}    training: {bootstrap: {prometheus: 'https://me:hidden-word@prom:9090/x', token_file: tok}, bootstrap_limit: 2m}\n`;
  const { config } = loadText(text, { path: '/c/strayd.yaml', files: { '/c/tok': 'another-word\n' } });
  expect(config.detectors[0]?.training.bootstrap).toEqual({ from: 'prometheus', limitMs: 120_000 });
  expect(JSON.stringify(config)).not.toMatch(/hidden-word|another-word/);
  expect(pipelineConfig(config).histories).toEqual([
    {
      detector: config.detectors[0]?.name,
      url: 'https://me:hidden-word@prom:9090/x',
      shownUrl: 'https://<secret>@prom:9090/x',
      token: 'another-word',
      tls: null,
    },
  ]);
});
