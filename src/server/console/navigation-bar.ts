import type { VNode } from 'preact';
import type { DaemonState } from './daemon-state.ts';
import { html } from './html.ts';

const PAGES: readonly (readonly [page: string, hash: string, name: string])[] = [
  ['now', '#/', 'Now'],
  ['alerts', '#/alerts', 'Alerts'],
  ['models', '#/models', 'Models'],
  ['sources', '#/sources', 'Sources'],
  ['setup', '#/setup', 'Setup'],
];

const CONNECTIONS = { connecting: 'connecting', live: 'live', lost: 'reconnecting' } as const;

/** Names the pages, how many alerts fire, and whether what is shown is live. */
export function NavigationBar(props: {
  readonly page: string;
  readonly daemon: DaemonState;
  readonly firing: number;
}): VNode {
  const { page, daemon, firing } = props;
  return html`
    <header class="bar">
      <a class="mark" href="#/">strayd</a>
      <nav aria-label="Pages">
        ${PAGES.map(
          ([name, hash, title]) => html`
            <a href=${hash} aria-current=${name === page ? 'page' : undefined}>
              ${title}${name === 'alerts' && firing > 0 && html`<span class="count">${firing}<span class="unseen"> firing</span></span>`}
            </a>
          `,
        )}
      </nav>
      <span class=${`connection ${daemon.connection}`} role="status">${CONNECTIONS[daemon.connection]}</span>
    </header>
  `;
}
