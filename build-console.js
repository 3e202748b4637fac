/** Puts beside the console's compiled modules what is not compiled: page, styles, and the packages that browsers load. */
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';

const SOURCE = 'src/server/console';
const TARGET = 'dist/server/console';
const COPIED = ['.html', '.css', '.svg'];
/** With their licences, which go wherever the code goes. */
const VENDOR = {
  'preact/dist/preact.module.js': 'preact.js',
  'preact/hooks/dist/hooks.module.js': 'preact-hooks.js',
  'preact/LICENSE': 'preact.LICENSE',
  'htm/dist/htm.module.js': 'htm.js',
  'htm/LICENSE': 'htm.LICENSE',
  'uplot/dist/uPlot.esm.js': 'uplot.js',
  'uplot/dist/uPlot.min.css': 'uplot.css',
  'uplot/LICENSE': 'uplot.LICENSE',
};

mkdirSync(join(TARGET, 'vendor'), { recursive: true });
for (const name of readdirSync(SOURCE)) {
  if (COPIED.includes(extname(name))) cpSync(join(SOURCE, name), join(TARGET, name));
}
for (const [from, to] of Object.entries(VENDOR))
  cpSync(join('node_modules', from), join(TARGET, 'vendor', to));
