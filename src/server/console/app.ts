import type { VNode } from 'preact';
import { useEffect, useMemo, useReducer, useState } from 'preact/hooks';
import { AlertsPage } from './alerts-page.ts';
import { DaemonState } from './daemon-state.ts';
import { EntityPage } from './entity-page.ts';
import { html, part } from './html.ts';
import { LoginPage } from './login-page.ts';
import { ModelsPage } from './models-page.ts';
import { NavigationBar } from './navigation-bar.ts';
import { notice, trouble } from './notice.ts';
import { NowPage } from './now-page.ts';
import type { Route } from './route.ts';
import { SetupPage } from './setup-page.ts';
import { SourcesPage } from './sources-page.ts';
import { useRoute } from './use-route.ts';

/** The whole console: the bar and one page. */
export function App(): VNode {
  const [session, setSession] = useState(0);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  // A new token begins with a new look at everything.
  const daemon = useMemo(() => new DaemonState(() => redraw(undefined)), [session]);
  useEffect(() => {
    daemon.start();
    return () => daemon.stop();
  }, [daemon]);
  const route = useRoute();
  const page = route.path[0] ?? 'now';
  useEffect(() => {
    scrollTo(0, 0);
  }, [page, route.path[1]]);
  const firing = daemon.openAlerts.filter(({ alert }) => alert.state === 'firing').length;
  useEffect(() => {
    document.title = `${firing > 0 ? `(${firing}) ` : ''}${page} · strayd`;
  }, [firing, page]);

  if (daemon.tokenNeeded) return part(LoginPage, { given: () => setSession(session + 1) });
  return html`
    <a class="skip" href="#content">Skip to the page</a>
    ${part(NavigationBar, { page, daemon, firing })}
    <main class="page" id="content" tabindex="-1">
      ${daemon.error !== null && trouble(daemon.error)} ${daemon.status?.trouble.map((text) => trouble(text))}
      ${pageOf(page, route, daemon)}
    </main>
  `;
}

function pageOf(page: string, route: Route, daemon: DaemonState): VNode {
  switch (page) {
    case 'now':
      return part(NowPage, { daemon });
    case 'alerts':
      return part(AlertsPage, { daemon, route });
    case 'entity':
      return part(EntityPage, { daemon, query: route.query });
    case 'models':
      return part(ModelsPage, { daemon, route });
    case 'sources':
      return part(SourcesPage, { daemon });
    case 'setup':
      return part(SetupPage, { daemon });
    default:
      return notice('There is no such page.', html`<a href="#/">Go to what is now</a>`);
  }
}
