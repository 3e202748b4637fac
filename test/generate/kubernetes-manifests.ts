import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { GeneratedFile } from './generated-files.ts';

const top = resolve(import.meta.dirname, '../..');
const CHART = 'deploy/kubernetes/strayd';

interface Manifest {
  readonly path: string;
  readonly about: string;
  readonly flags: readonly string[];
}

const PLAIN = ['--set', 'secrets.token=change-me', '--set', 'restartOnConfigChange=false'];

const MANIFESTS: readonly Manifest[] = [
  {
    path: 'deploy/kubernetes/strayd.yaml',
    about:
      'strayd on Kubernetes without Helm: set the configuration in the ConfigMap and the token in the Secret, then\n' +
      '#   kubectl apply -f deploy/kubernetes/strayd.yaml',
    flags: PLAIN,
  },
  {
    path: 'deploy/kubernetes/monitoring.yaml',
    about:
      'For a cluster with the Prometheus operator: how strayd is scraped, and the alerts about its own failures.\n' +
      '# Add the labels by which your Prometheus selects.',
    flags: [
      ...PLAIN,
      ...['--set', 'serviceMonitor.enabled=true', '--set', 'prometheusRule.enabled=true'],
      ...['--show-only', 'templates/service-monitor.yaml', '--show-only', 'templates/prometheus-rule.yaml'],
    ],
  },
];

/** The rules of grafana/rules, which have to lie inside the chart to be read by it. */
export function chartRules(): GeneratedFile[] {
  return ['strayd.rules.yml', 'anomalies.rules.yml'].map((name) => ({
    path: `${CHART}/files/${name}`,
    text: readFileSync(join(top, 'grafana/rules', name), 'utf8'),
  }));
}

/**
 * The manifests for those without Helm. Where helm is installed they are rendered; elsewhere those in git are taken if the
 * hashes at their top say that they still belong to the chart. Throws an Error if they do not.
 */
export function kubernetesManifests(): GeneratedFile[] {
  const chartHash = hashOf(
    [...filesBelow(join(top, CHART)).filter((name) => !name.startsWith('ci/')), ...chartRules()].map(
      (file) =>
        typeof file === 'string' ? `${file}\n${readFileSync(join(top, CHART, file), 'utf8')}` : file.text,
    ),
  );
  const hasHelm = helmMajor() === 3;
  return MANIFESTS.map((manifest) => ({
    path: manifest.path,
    text: hasHelm ? rendered(manifest, chartHash) : kept(manifest, chartHash),
  }));
}

function rendered({ about, flags }: Manifest, chartHash: string): string {
  const body = execFileSync('helm', ['template', 'strayd', CHART, '--kube-version', '1.31.0', ...flags], {
    cwd: top,
    encoding: 'utf8',
  });
  return `# ${about}\n# Rendered from the chart in deploy/kubernetes/strayd by \`npm run generate\`, with helm.\n# chart ${chartHash}, rendered ${hashOf([body])}\n${body}`;
}

function kept({ path }: Manifest, chartHash: string): string {
  const text = existsSync(join(top, path)) ? readFileSync(join(top, path), 'utf8') : '';
  const [, chart, body] = /^# chart (\w+), rendered (\w+)\n/m.exec(text) ?? [];
  if (chart === chartHash && body === hashOf([text.slice(text.indexOf('---\n'))])) return text;
  throw new Error(
    `${path} no longer is what the chart gives (or was edited by hand): run npm run generate where helm 3 is installed`,
  );
}

function hashOf(texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text.length}\n${text}`);
  return hash.digest('hex').slice(0, 32);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((name) => !name.startsWith('files/'))
    .sort();
}

function helmMajor(): number | null {
  const { stdout, status } = spawnSync('helm', ['version', '--template', '{{.Version}}'], {
    encoding: 'utf8',
  });
  return status === 0 ? Number(/^v(\d+)/.exec(stdout)?.[1] ?? 0) : null;
}
