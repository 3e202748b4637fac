import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { withChildren } from '../../src/cli/command-tree.ts';
import { straydProgram } from '../../src/cli/program.ts';
import { loadConfig } from '../../src/config/load.ts';
import { FLEET_FEATURES } from '../../src/ingest/replay/fleet-metrics.ts';
import { systemBinary } from '../support/system-binary.ts';

const folder = resolve(import.meta.dirname, '../../deploy/docker');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly read_only?: boolean;
  readonly ports?: readonly string[];
}
const { services, volumes } = parse(read('compose.yaml'), { merge: true }) as {
  services: Readonly<Record<string, Service>>;
  volumes: Readonly<Record<string, unknown>>;
};
const mounts = Object.entries(services).flatMap(([service, { volumes: list = [] }]) =>
  list.map((mount) => {
    const [source = '', target = '', mode = 'rw'] = mount.split(':');
    return { service, source, target, mode };
  }),
);

/** Where a service's file comes from, by its path inside. */
function sourceOf(service: string, path: string): string | undefined {
  const mount = mounts.find((one) => one.service === service && path.startsWith(one.target));
  return mount && join(folder, mount.source, path.slice(mount.target.length));
}

describe('compose.yaml', () => {
  test.each(mounts)('mounts $source into $service: it is there', ({ source, mode }) => {
    if (!source.startsWith('.')) expect(Object.keys(volumes)).toContain(source);
    else {
      expect(existsSync(resolve(folder, source))).toBe(true);
      expect(mode).toBe('ro');
    }
  });

  test('waits for services that there are, and shows ports to this machine alone', () => {
    for (const { depends_on = {}, ports = [] } of Object.values(services)) {
      for (const name of Object.keys(depends_on)) expect(Object.keys(services)).toContain(name);
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
    }
  });

  test('builds the image that its services of strayd run, of this version, with a root that nobody writes to', () => {
    const { version } = JSON.parse(read('../../package.json')) as { version: string };
    const { build, read_only: readOnly } = services['strayd'] ?? {};
    expect(existsSync(resolve(folder, build?.context ?? '', build?.dockerfile ?? ''))).toBe(true);
    expect(readOnly).toBe(true);
    expect(services['strayd']?.image).toBe(`strayd:${version}`);
    expect(services['fleet']).toMatchObject({ image: `strayd:${version}`, read_only: true });
  });

  test('starts the fleet by a command that strayd takes', () => {
    const program = straydProgram();
    for (const command of withChildren(program)) if (command.commands.length === 0) command.action(() => {});
    expect(() => program.parse([...(services['fleet']?.command ?? [])], { from: 'user' })).not.toThrow();
  });
});

describe('its strayd', () => {
  const { config, warnings } = loadConfig('/etc/strayd/strayd.yaml', {}, (path) =>
    readFileSync(sourceOf('strayd', path) ?? 'not mounted', 'utf8'),
  );

  test('has a configuration that is checked without a warning', () => {
    expect(warnings).toEqual([]);
  });

  test('reads what the fleet writes, all of it', () => {
    const command = services['fleet']?.command ?? [];
    expect(config.kafka.brokers).toEqual([command[command.indexOf('--kafka') + 1]]);
    expect(config.sources[0]?.topics).toEqual([command[command.indexOf('--produce') + 1]]);
    expect(config.detectors[0]?.features.map(({ metric, as }) => ({ metric, as }))).toEqual(
      FLEET_FEATURES.map(({ metric, as }) => ({ metric, as })),
    );
  });

  test('keeps its store on the volume', () => {
    expect(mounts).toContainEqual({
      service: 'strayd',
      source: 'strayd-data',
      target: dirname(config.store.path),
      mode: 'rw',
    });
  });
});

describe('its Prometheus and Alertmanager', () => {
  const promtool = systemBinary('promtool', 'prometheus');
  const amtool = systemBinary('amtool', 'prometheus-alertmanager');
  const scratch = mkdtempSync(join(tmpdir(), 'strayd-compose-'));
  afterAll(() => rmSync(scratch, { recursive: true }));

  test.skipIf(promtool.path === null)(
    `Prometheus takes its configuration, rules and token${promtool.note}`,
    () => {
      // As it stands in the container, but at the paths of this machine.
      const text = read('prometheus.yaml').replaceAll(/\/etc\/prometheus\/[\w.-]+/g, (path) => {
        const source = sourceOf('prometheus', path);
        expect(source !== undefined && statSync(source).isFile(), path).toBe(true);
        return source ?? path;
      });
      writeFileSync(join(scratch, 'prometheus.yaml'), text);
      const { status, stderr } = spawnSync(
        promtool.path ?? '',
        ['check', 'config', join(scratch, 'prometheus.yaml')],
        { encoding: 'utf8' },
      );
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    },
  );

  test.skipIf(amtool.path === null)(`Alertmanager takes its configuration${amtool.note}`, () => {
    const { status, stderr } = spawnSync(
      amtool.path ?? '',
      ['check-config', join(folder, 'alertmanager.yaml')],
      {
        encoding: 'utf8',
      },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('Grafana finds its dashboards where the provisioning says', () => {
    const provider = parse(
      readFileSync(sourceOf('grafana', '/etc/grafana/provisioning/dashboards/strayd.yaml') ?? '', 'utf8'),
    );
    const path = sourceOf('grafana', `${provider.providers[0].options.path}/fleet.json`);
    expect(path !== undefined && existsSync(path)).toBe(true);
  });
});
