import { render } from 'preact';
import { App } from './app.ts';
import { part } from './html.ts';
import { hashOf } from './route.ts';

// Alerts link to `/?alert=ID`.
const alert = new URLSearchParams(location.search).get('alert');
if (alert !== null) history.replaceState(null, '', `/${hashOf(['alerts', alert])}`);

const root = document.querySelector('#console');
if (root !== null) {
  root.replaceChildren();
  render(part(App, {}), root);
}
