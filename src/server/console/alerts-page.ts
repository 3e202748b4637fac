import type { VNode } from 'preact';
import { AlertCard } from './alert-card.ts';
import type { DaemonState } from './daemon-state.ts';
import { DeployForm } from './deploy-form.ts';
import { GivenUp } from './given-up.ts';
import { html, part } from './html.ts';
import { MaintenanceForm } from './maintenance-form.ts';
import { notice, trouble } from './notice.ts';
import { quietList } from './quiet-list.ts';
import { hashOf, type Route } from './route.ts';
import type { AlertView } from './shapes.ts';
import { useAnswer } from './use-answer.ts';

const MOST = 200;
const STATES: readonly string[] = ['firing', 'pending', 'resolved'];
const LABELS: readonly string[] = ['none', 'real', 'planned', 'false'];

interface PageProps {
  readonly daemon: DaemonState;
  readonly route: Route;
}

/** All alerts, newest first, with filters; or one of them. */
export function AlertsPage(props: PageProps): VNode {
  const id = props.route.path[1];
  return id === undefined ? part(AlertFeed, props) : part(OneAlert, { daemon: props.daemon, id });
}

function AlertFeed({ daemon, route: { query } }: PageProps): VNode {
  const params = new URLSearchParams({ limit: String(MOST) });
  for (const name of ['detector', 'entity', 'state', 'incident']) {
    const value = query.get(name);
    if (value !== null) params.set(name, value);
  }
  const { data, error } = useAnswer<{ alerts: readonly AlertView[] }>(
    `/api/v1/alerts?${params.toString()}`,
    daemon.alertChanges,
  );
  const alerts = data?.alerts.filter((view) => matches(view, query)) ?? [];
  return html`
    <h1>Alerts</h1>
    ${part(GivenUp, { daemon })} ${filters(daemon, query)} ${part(MaintenanceForm, { daemon })}
    ${part(DeployForm, { daemon })} ${quietList(daemon)}
    ${query.has('incident') && html`<p>Alerts of one incident only. <a href="#/alerts">Show all</a></p>`}
    ${error !== null && trouble(error)}
    ${data === null && error === null && html`<p class="quiet">Reading …</p>`}
    ${data !== null && alerts.length === 0 && nothing(query)}
    <div class="feed">
      ${alerts.map((view) => part(AlertCard, { key: view.alert.id, view, daemon, open: false }))}
    </div>
    ${data?.alerts.length === MOST && html`<p class="quiet">The newest ${MOST} are searched; ask for less by detector, entity or state.</p>`}
  `;
}

function OneAlert({ daemon, id }: { readonly daemon: DaemonState; readonly id: string }): VNode {
  const { data, error } = useAnswer<AlertView>(
    `/api/v1/alerts/${encodeURIComponent(id)}`,
    daemon.alertChanges,
  );
  return html`
    <h1>Alert</h1>
    <p><a href="#/alerts">All alerts</a></p>
    ${error !== null && trouble(error)}
    ${data === null && error === null && html`<p class="quiet">Reading …</p>`}
    ${data !== null && part(AlertCard, { view: data, daemon, open: true })}
  `;
}

function matches({ label, text }: AlertView, query: URLSearchParams): boolean {
  const wanted = query.get('label');
  if (wanted !== null && (label ?? 'none') !== wanted) return false;
  return text.toLowerCase().includes((query.get('text') ?? '').toLowerCase());
}

function nothing(query: URLSearchParams): VNode {
  return query.size === 0
    ? notice(
        'No alert yet.',
        'An alert is raised when an entity strays further from what it usually does than the budget allows for. Before a detector has learned what is normal there can be none.',
      )
    : notice('No alert fits these filters.', html`<a href="#/alerts">Show all</a>`);
}

function filters(daemon: DaemonState, query: URLSearchParams): VNode {
  const go = (name: string, value: string): void => {
    location.hash = hashOf(['alerts'], { ...Object.fromEntries(query), [name]: value });
  };
  const choice = (name: string, title: string, values: readonly string[]): VNode => html`
    <label>
      ${title}
      <select onChange=${(event: Event) => go(name, (event.target as HTMLSelectElement).value)}>
        <option value="" selected=${query.get(name) === null}>any</option>
        ${values.map((value) => html`<option value=${value} selected=${query.get(name) === value}>${value}</option>`)}
      </select>
    </label>
  `;
  const text = (name: string, title: string, placeholder: string): VNode => html`
    <label>
      ${title}
      <input
        type="search"
        placeholder=${placeholder}
        key=${query.get(name) ?? ''}
        defaultValue=${query.get(name) ?? ''}
        onChange=${(event: Event) => go(name, (event.target as HTMLInputElement).value)}
      />
    </label>
  `;
  return html`
    <form class="filters" role="search" onSubmit=${(event: Event) => event.preventDefault()}>
      ${choice('state', 'State', STATES)}
      ${choice('detector', 'Detector', daemon.status?.detectors.map(({ detector }) => detector) ?? [])}
      ${text('entity', 'Entity', 'its whole name')} ${choice('label', 'Label', LABELS)}
      ${text('text', 'Text holds', '')}
    </form>
  `;
}
