import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import type { Alert } from '../../src/pipeline/effects.ts';
import type { AlertFilter, AlertLabel, AlertView } from '../../src/server/views/alert-view.ts';
import type { IncidentFilter, IncidentView } from '../../src/server/views/incident-view.ts';
import type { WindowView } from '../../src/server/views/window-view.ts';
import type { Backend } from '../../src/server/backend.ts';
import type { AcceptanceView, DeployEvent } from '../../src/server/views/acceptance-view.ts';
import type { DeliveryQuery, ResendRequest } from '../../src/server/views/delivery-view.ts';
import type { ModelView } from '../../src/server/views/model-view.ts';
import { createServer } from '../../src/server/server.ts';

const alert: Alert = {
  id: 'abc',
  detector: 'hosts',
  entity: 'db-1',
  labels: { instance: 'db-1' },
  kind: 'anomaly',
  severity: 'warning',
  state: 'firing',
  provisional: false,
  firstStepOver: 1,
  firedStep: 2,
  lastStepOver: 2,
  resolvedStep: null,
  resolution: null,
  notified: true,
  peakScore: 1.5,
  peakStep: 2,
  contributions: [],
  modelVersion: 'v',
  recent: [],
};
const view: AlertView = {
  alert,
  label: null,
  incident: 'feed',
  text: 'db-1 strayed',
  since: '2026-01-01T00:00:00.000Z',
  deliver: true,
};

const incident: IncidentView = {
  id: 'feed',
  detector: 'hosts',
  group: { role: 'web' },
  state: 'firing',
  deliver: true,
  since: '2026-01-01T00:00:00.000Z',
  resolvedAt: null,
  alerts: 1,
  firing: 1,
  messages: 1,
  members: [],
};

const mute: WindowView = {
  id: 'm1',
  kind: 'mute',
  origin: 'api',
  detector: 'hosts',
  entity: null,
  match: '{}',
  start: null,
  end: '2026-01-01T02:00:00.000Z',
  schedule: null,
  timezone: null,
  duration: null,
  active: true,
  comment: '',
};

const model: ModelView = {
  detector: 'hosts',
  version: 'feedfacecafe',
  status: 'active',
  reason: '',
  sha256: 'ff',
  created: '2026-01-01T00:00:00.000Z',
  activeFrom: null,
  card: { n: 1 },
};

const acceptance: AcceptanceView = {
  detector: 'hosts',
  entity: 'db-1',
  match: null,
  from: '2026-01-01T00:00:00.000Z',
  to: '2026-01-01T02:00:00.000Z',
};

/** A backend with one alert and one detector that remembers what it was asked. */
function fakeBackend(changes: Partial<Backend> = {}) {
  const asked: {
    filters: AlertFilter[];
    incidents: IncidentFilter[];
    labels: [string, AlertLabel][];
    rollbacks: [string, string | null][];
    imports: string[];
    deliveries: DeliveryQuery[];
    resent: ResendRequest[];
    accepted: string[];
    deployed: DeployEvent[];
  } = {
    filters: [],
    incidents: [],
    labels: [],
    rollbacks: [],
    imports: [],
    deliveries: [],
    resent: [],
    accepted: [],
    deployed: [],
  };
  const backend: Backend = {
    notAlive: () => null,
    notReady: () => [],
    status: () => ({ version: '1', startedMs: 0, trouble: [], limits: [], quiet: [], detectors: [] }),
    alerts: (filter) => {
      asked.filters.push(filter);
      return [view];
    },
    unknownSubject: ({ detector }) => (detector === 'host' ? 'did you mean "hosts"?' : null),
    alert: (id) => (id === 'abc' ? view : null),
    incidents: (filter) => {
      asked.incidents.push(filter);
      return [incident];
    },
    incident: (id) => (id === incident.id ? incident : null),
    accept: (id) => {
      asked.accepted.push(id);
      return Promise.resolve(
        id === 'abc'
          ? { kind: 'done', value: acceptance }
          : { kind: 'unknown', detail: `There is no alert "${id}".` },
      );
    },
    deployed: (event) => {
      asked.deployed.push(event);
      return Promise.resolve(
        event.match === '{'
          ? { kind: 'invalid', detail: '"match" is no PromQL selector' }
          : { kind: 'done', value: [acceptance] },
      );
    },
    label: (id, label) => {
      asked.labels.push([id, label]);
      return Promise.resolve(id === 'abc');
    },
    windows: (kinds) => [{ ...mute, comment: kinds.join() }],
    mute: (request) =>
      Promise.resolve(
        request.detector === 'hosts'
          ? { kind: 'done', value: mute }
          : { kind: 'refused', detail: `no ${request.detector}` },
      ),
    maintain: ({ match = '' }) =>
      Promise.resolve({ kind: 'done', value: { ...mute, kind: 'maintenance', match } }),
    removeWindow: (id, kind) =>
      Promise.resolve(
        id === 'm1' ? { kind: 'done', value: null } : { kind: 'unknown', detail: `no ${kind} ${id}` },
      ),
    models: () => [model],
    modelFile: (version) => Promise.resolve(version === model.version ? Buffer.from('bytes') : null),
    rollBack: (detector, version) => {
      asked.rollbacks.push([detector, version]);
      return Promise.resolve({ kind: 'done', value: model });
    },
    importModel: (bytes) => {
      asked.imports.push(Buffer.from(bytes).toString());
      return Promise.resolve({ kind: 'refused', detail: 'The file is damaged.' });
    },
    cancelTraining: () => false,
    deliveries: (query) => {
      asked.deliveries.push(query);
      return [];
    },
    resend: (request) => {
      asked.resent.push(request);
      return Promise.resolve(2);
    },
    explain: ({ detector }) =>
      Promise.resolve({ kind: 'unknown', detail: `There is no detector "${detector}".` }),
    steps: () => Promise.resolve({ kind: 'refused', detail: '"from" is after "to".' }),
    hasChannel: (name) => name === 'hook',
    testChannel: () => Promise.resolve([{ event: 'firing', ok: true, answer: 'host answered 200' }]),
    deadLetters: () => [],
    hasDetector: (name) => name === 'hosts',
    train: () => 'started',
    metrics: () => Promise.resolve('strayd_up 1\n'),
    ...changes,
  };
  return { backend, asked };
}

describe('the HTTP side', () => {
  let server: FastifyInstance | null = null;
  const serve = (backend: Backend, token: string | null = null): FastifyInstance => {
    server = createServer({ backend, token });
    return server;
  };
  afterEach(() => server?.close());

  it('serves /metrics as Prometheus text', async () => {
    const response = await serve(fakeBackend().backend).inject('/metrics');
    expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(response.body).toBe('strayd_up 1\n');
  });

  it.each([
    ['/healthz', 'notAlive', 'silent for 61 s'],
    ['/readyz', 'notReady', ['the store is not open yet']],
  ] as const)('%s answers 503 with the reason, else 200', async (path, method, reason) => {
    expect((await serve(fakeBackend().backend).inject(path)).statusCode).toBe(200);
    const bad = await serve(fakeBackend({ [method]: () => reason }).backend).inject(path);
    expect(bad.statusCode).toBe(503);
    expect(bad.body).toContain(typeof reason === 'string' ? reason : reason[0]);
  });

  it('hands the filter on, with a limit of its own if none is given', async () => {
    const { backend, asked } = fakeBackend();
    const response = await serve(backend).inject('/api/v1/alerts?detector=hosts&state=firing');
    expect(response.json()).toEqual({ alerts: [JSON.parse(JSON.stringify(view))] });
    expect(asked.filters).toEqual([{ detector: 'hosts', state: 'firing', limit: 100 }]);
  });

  it('refuses to list alerts of what is not there, unless some are on record', async () => {
    const none = serve(fakeBackend({ alerts: () => [] }).backend);
    const refused = await none.inject('/api/v1/alerts?detector=host');
    expect(refused.json()).toMatchObject({ status: 404, detail: 'did you mean "hosts"?' });
    expect((await none.inject('/api/v1/alerts?detector=hosts')).json()).toEqual({ alerts: [] });
    const some = await serve(fakeBackend().backend).inject('/api/v1/alerts?detector=host');
    expect(some.statusCode).toBe(200);
  });

  it('explains a step, by entities whose names hold slashes too', async () => {
    const asked: unknown[] = [];
    const explain: Backend['explain'] = (query) => {
      asked.push(query);
      return Promise.resolve({
        kind: 'unknown',
        detail: 'There is no detector "host"; did you mean "hosts"?',
      });
    };
    const { backend } = fakeBackend({ explain });
    const response = await serve(backend).inject(
      '/api/v1/explain?detector=host&entity=eu/db-1&at=1795489200',
    );
    expect(response.statusCode).toBe(404);
    expect(response.json()).toMatchObject({ detail: 'There is no detector "host"; did you mean "hosts"?' });
    expect(asked).toEqual([{ detector: 'host', entity: 'eu/db-1', at: '1795489200' }]);
    expect((await server?.inject('/api/v1/explain?detector=host'))?.statusCode).toBe(400);
  });

  it('gives the steps of an entity within a range, or says what is wrong with it', async () => {
    const asked: unknown[] = [];
    const steps: Backend['steps'] = (query) => {
      asked.push(query);
      return Promise.resolve({ kind: 'refused', detail: '"from" is after "to"; turn them round.' });
    };
    const response = await serve(fakeBackend({ steps }).backend).inject(
      '/api/v1/entities/hosts/eu%2Fdb-1/steps?from=2',
    );
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ detail: '"from" is after "to"; turn them round.' });
    expect(asked).toEqual([{ detector: 'hosts', entity: 'eu/db-1', from: '2', to: null }]);
  });

  it.each(['?state=burning', '?limit=0', '?limit=many', '?limit=1001'])(
    'refuses the query %s with a problem that says what is wrong',
    async (query) => {
      const response = await serve(fakeBackend().backend).inject(`/api/v1/alerts${query}`);
      expect(response.statusCode).toBe(400);
      expect(response.headers['content-type']).toContain('application/problem+json');
      expect(response.json()).toMatchObject({ status: 400, title: 'The request is not valid' });
    },
  );

  it.each([
    [
      'POST',
      'mutes',
      { detector: 'hosts', for: '2h', entiy: 'web-1' },
      '"entiy"; there are detector, entity',
    ],
    ['POST', 'maintenance', { macth: '{}', start: 'x', end: 'y' }, '"macth"; there are match'],
    ['POST', 'deliveries/resend', { dead: true, chanel: 'hook' }, '"chanel"; there are alert, dead, channel'],
    ['POST', 'alerts/abc/label', { label: 'real', lable: 'false' }, '"lable"; there are label'],
    ['POST', 'events/deploy', { entity: 'a', detectro: 'hosts' }, '"detectro"; there are detector'],
    ['POST', 'detectors/hosts/rollback', { versoin: 'feed' }, '"versoin"; there are version'],
    ['POST', 'detectors/hosts/train', { detector: 'x' }, '"detector"; it takes nothing'],
    ['POST', 'mutes?dry_run=1', { detector: 'hosts', for: '2h' }, '"dry_run"; it takes nothing'],
    ['GET', 'alerts?foo=1', undefined, '"foo"; there are detector, entity, state'],
    ['GET', 'models?detectr=hosts', undefined, '"detectr"; there are detector'],
    ['GET', 'status?verbose=1', undefined, '"verbose"; it takes nothing'],
  ] as const)('refuses %s /api/v1/%s with %j, and says which key it does not know', async (...request) => {
    const [method, path, payload, detail] = request;
    const { backend, asked } = fakeBackend();
    const url = `/api/v1/${path}`;
    const response = await serve(backend).inject({
      method,
      url,
      ...(payload === undefined ? {} : { payload }),
    });
    expect(response.statusCode).toBe(400);
    expect(response.json<{ detail: string }>().detail).toContain(detail);
    expect(Object.values(asked).flat()).toEqual([]);
  });

  it('mutes, takes maintenance in, lists and takes back, and says what is wrong with a request', async () => {
    const server = createServer({ backend: fakeBackend().backend, token: null });
    const post = (url: string, payload: object) => server.inject({ method: 'POST', url, payload });
    const muted = await post('/api/v1/mutes', { detector: 'hosts', for: '2h' });
    expect([muted.statusCode, muted.json()]).toEqual([201, mute]);
    const refused = await post('/api/v1/mutes', { detector: 'x', for: '2h' });
    expect([refused.statusCode, refused.json().detail]).toEqual([400, 'no x']);
    expect((await post('/api/v1/mutes', { detector: 'hosts' })).statusCode).toBe(400);
    expect((await post('/api/v1/maintenance', { match: '{role="db"}' })).json()).toMatchObject({
      match: '{role="db"}',
    });
    expect((await server.inject('/api/v1/mutes')).json()).toEqual({ mutes: [{ ...mute, comment: 'mute' }] });
    const { maintenance } = (await server.inject('/api/v1/maintenance')).json();
    expect(maintenance).toMatchObject([{ comment: 'maintenance,silence' }]);
    const remove = (url: string) => server.inject({ method: 'DELETE', url });
    expect((await remove('/api/v1/mutes/m1')).statusCode).toBe(204);
    expect((await remove('/api/v1/maintenance/m2')).statusCode).toBe(404);
  });

  it('lists incidents, shows one, and knows no other', async () => {
    const { backend, asked } = fakeBackend();
    const server = createServer({ backend, token: null });
    const list = await server.inject('/api/v1/incidents?detector=hosts&state=open');
    expect(list.json()).toEqual({ incidents: [incident] });
    expect(asked.incidents).toEqual([{ detector: 'hosts', state: 'open', limit: 100 }]);
    expect((await server.inject('/api/v1/incidents/feed')).json()).toEqual(incident);
    expect((await server.inject('/api/v1/incidents/beef')).statusCode).toBe(404);
    expect((await server.inject('/api/v1/incidents?state=firing')).statusCode).toBe(400);
  });

  it('lists deliveries by status, channel and alert', async () => {
    const { backend, asked } = fakeBackend();
    const response = await serve(backend).inject('/api/v1/deliveries?status=dead&channel=hook&alert=abc');
    expect(response.json()).toEqual({ deliveries: [] });
    expect(asked.deliveries).toEqual([{ status: 'dead', channel: 'hook', alert: 'abc', limit: 100 }]);
    expect((await serve(backend).inject('/api/v1/deliveries?status=lost')).statusCode).toBe(400);
  });

  it('sends again what is asked for, and asks back if nothing is', async () => {
    const { backend, asked } = fakeBackend();
    const post = (payload: object) =>
      serve(backend).inject({ method: 'POST', url: '/api/v1/deliveries/resend', payload });
    expect((await post({ dead: true, channel: 'hook' })).json()).toEqual({ resent: 2 });
    expect(asked.resent).toEqual([{ dead: true, channel: 'hook' }]);
    expect((await post({})).json()).toMatchObject({ status: 400, title: 'Nothing to send again' });
    expect((await post({ dead: true, channel: 'nope' })).statusCode).toBe(404);
    expect(asked.resent).toHaveLength(1);
  });

  it('tries a channel out, and knows no other', async () => {
    const post = (name: string) =>
      serve(fakeBackend().backend).inject({ method: 'POST', url: `/api/v1/channels/${name}/test` });
    expect((await post('hook')).json()).toEqual({
      channel: 'hook',
      attempts: [{ event: 'firing', ok: true, answer: 'host answered 200' }],
    });
    expect((await post('nope')).json()).toMatchObject({ status: 404, title: 'No such channel' });
  });

  it('labels an alert, and knows no other', async () => {
    const { backend, asked } = fakeBackend();
    const post = (id: string, label: string) =>
      serve(backend).inject({ method: 'POST', url: `/api/v1/alerts/${id}/label`, payload: { label } });
    expect((await post('abc', 'real')).json()).toEqual({ id: 'abc', label: 'real' });
    expect((await post('xyz', 'real')).statusCode).toBe(404);
    expect((await post('abc', 'maybe')).statusCode).toBe(400);
    expect(asked.labels).toEqual([
      ['abc', 'real'],
      ['xyz', 'real'],
    ]);
  });

  it('accepts the level of an alert, and knows no other', async () => {
    const { backend, asked } = fakeBackend();
    const server = serve(backend);
    const accepted = await server.inject({ method: 'POST', url: '/api/v1/alerts/abc/accept' });
    expect([accepted.statusCode, accepted.json()]).toEqual([202, acceptance]);
    const unknown = await server.inject({ method: 'POST', url: '/api/v1/alerts/xyz/accept' });
    expect([unknown.statusCode, unknown.json<{ detail: string }>().detail]).toEqual([
      404,
      'There is no alert "xyz".',
    ]);
    expect(asked.accepted).toEqual(['abc', 'xyz']);
  });

  it('is told of deployments, of an entity or by a selector, and asks back for anything else', async () => {
    const { backend, asked } = fakeBackend();
    const server = serve(backend);
    const deploy = (payload: object) =>
      server.inject({ method: 'POST', url: '/api/v1/events/deploy', payload });
    const answer = await deploy({ entity: 'db-1', time: '2026-01-01T01:00:00Z' });
    expect([answer.statusCode, answer.json()]).toEqual([202, { accepted: [acceptance] }]);
    expect((await deploy({ match: '{instance="db-1"}', detector: 'hosts' })).statusCode).toBe(202);
    expect(asked.deployed).toHaveLength(2);
    for (const bad of [
      {},
      { entity: 'a', match: '{}' },
      { entity: 'a', tiem: 'x' },
      { entity: 'a', time: 'now' },
    ]) {
      expect((await deploy(bad)).statusCode).toBe(400);
    }
    expect(asked.deployed).toHaveLength(2);
    expect((await deploy({ match: '{' })).statusCode).toBe(400);
  });

  it('starts a training, or says why not', async () => {
    const post = (backend: Backend, name: string) =>
      serve(backend).inject({ method: 'POST', url: `/api/v1/detectors/${name}/train` });
    expect((await post(fakeBackend().backend, 'hosts')).statusCode).toBe(202);
    expect((await post(fakeBackend().backend, 'hsots')).statusCode).toBe(404);
    expect((await post(fakeBackend({ train: () => 'busy' }).backend, 'hosts')).statusCode).toBe(409);
  });

  it('asks for the token everywhere but at the probes', async () => {
    const guarded = serve(fakeBackend().backend, 's3cret');
    const get = (url: string, authorization = '') => guarded.inject({ url, headers: { authorization } });
    expect((await get('/healthz')).statusCode).toBe(200);
    expect((await get('/readyz')).statusCode).toBe(200);
    for (const url of ['/metrics', '/api/v1/alerts', '/nowhere', '/healthz/../metrics']) {
      expect((await get(url)).statusCode, url).toBe(401);
      expect((await get(url, 'Bearer wrong')).statusCode, url).toBe(401);
    }
    expect((await get('/metrics', 'Bearer s3cret')).statusCode).toBe(200);
  });

  it('answers an unknown path with what there is', async () => {
    const response = await serve(fakeBackend().backend).inject('/api/v2/alerts');
    expect(response.json()).toMatchObject({
      status: 404,
      detail: expect.stringContaining('/api/v1/') as string,
    });
  });

  it('hides nothing behind a thrown error: 500 as a problem', async () => {
    const backend = fakeBackend({
      alerts: () => {
        throw new Error('the store is closed');
      },
    }).backend;
    const response = await serve(backend).inject('/api/v1/alerts');
    expect(response.json()).toMatchObject({ status: 500, detail: 'the store is closed' });
  });

  describe('models', () => {
    it('are listed, shown and handed out', async () => {
      const api = serve(fakeBackend().backend);
      expect((await api.inject('/api/v1/models')).json()).toEqual({ models: [model] });
      expect((await api.inject(`/api/v1/models/${model.version}`)).json()).toEqual(model);
      const file = await api.inject(`/api/v1/models/${model.version}/file`);
      expect([file.headers['content-type'], file.body]).toEqual(['application/octet-stream', 'bytes']);
      for (const path of ['/api/v1/models/other', '/api/v1/models/other/file']) {
        const missing = await api.inject(path);
        expect(missing.statusCode).toBe(404);
        expect(missing.json()).toMatchObject({ detail: expect.stringContaining('"other"') as string });
      }
    });

    it('are put back, a named one or the one before', async () => {
      const { backend, asked } = fakeBackend();
      const url = '/api/v1/detectors/hosts/rollback';
      const api = serve(backend);
      expect((await api.inject({ method: 'POST', url })).json()).toEqual(model);
      await api.inject({ method: 'POST', url, payload: { version: 'feed' } });
      expect(asked.rollbacks).toEqual([
        ['hosts', null],
        ['hosts', 'feed'],
      ]);
      expect((await api.inject({ method: 'POST', url, payload: { versoin: 'feed' } })).statusCode).toBe(400);
    });

    it('say what there is if there is nothing to put back', async () => {
      const rollBack = () => Promise.resolve({ kind: 'unknown' as const, detail: 'Kept are a, b.' });
      const response = await serve(fakeBackend({ rollBack }).backend).inject({
        method: 'POST',
        url: '/api/v1/detectors/hosts/rollback',
      });
      expect([response.statusCode, response.json<{ detail: string }>().detail]).toEqual([
        404,
        'Kept are a, b.',
      ]);
      expect(response.headers['content-type']).toContain('application/problem+json');
    });

    it('are taken in as bytes, of more than the usual size, and refused with the reason', async () => {
      const { backend, asked } = fakeBackend();
      const api = serve(backend);
      const post = (payload: string, type: string) =>
        api.inject({ method: 'POST', url: '/api/v1/models', payload, headers: { 'content-type': type } });
      const large = 'x'.repeat(1024 * 1024);
      const response = await post(large, 'application/octet-stream');
      expect([response.statusCode, response.json<{ detail: string }>().detail]).toEqual([
        409,
        'The file is damaged.',
      ]);
      expect(asked.imports).toEqual([large]);
      expect((await post('{}', 'application/json')).statusCode).toBe(415);
    });
  });

  it('cancels a training, and says if there is none', async () => {
    const url = '/api/v1/detectors/hosts/train/cancel';
    const cancelled = await serve(fakeBackend({ cancelTraining: () => true }).backend).inject({
      method: 'POST',
      url,
    });
    expect(cancelled.json()).toEqual({ detector: 'hosts', training: 'cancelled' });
    const none = await serve(fakeBackend().backend).inject({ method: 'POST', url });
    expect(none.statusCode).toBe(409);
    const other = await server?.inject({ method: 'POST', url: '/api/v1/detectors/other/train/cancel' });
    expect(other?.statusCode).toBe(404);
  });
});
