import { dashboardJson } from './dashboard.ts';
import { entityDashboard } from './entity.ts';
import { fleetDashboard } from './fleet.ts';
import { healthDashboard } from './health.ts';

/** The dashboards as files: path from the top of the repository, and text. */
export function dashboardFiles(): { readonly path: string; readonly text: string }[] {
  return [
    { path: 'grafana/dashboards/fleet.json', text: dashboardJson(fleetDashboard()) },
    { path: 'grafana/dashboards/entity.json', text: dashboardJson(entityDashboard()) },
    { path: 'grafana/dashboards/health.json', text: dashboardJson(healthDashboard()) },
  ];
}
