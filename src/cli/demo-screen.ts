import type { DemoView } from '../app/demo.ts';
import { explainAlert } from '../pipeline/alerts/explain.ts';
import { progressBar, type ProgressOutput } from './progress-bar.ts';

const STEP_MS = 60_000;

export interface DemoScreen extends DemoView {
  /** Wipes what was only there while it ran. */
  finished(): void;
}

/** Draws the demo on a terminal, or on a pipe without the bars; `null` = nowhere. */
export function demoScreen(output: ProgressOutput | null): DemoScreen {
  const out: ProgressOutput = output ?? { isTTY: false, write: () => undefined };
  const learning = progressBar(out, 'Reading three days of history');
  const training = progressBar(out, 'Training');
  const living = progressBar(out, 'A day goes by');
  let phase: 'history' | 'training' | 'live' = 'history';
  const say = (text: string): void => {
    living.done();
    out.write(`${text}\n`);
  };
  return {
    begun(fleet, url) {
      const { hosts, seed } = fleet.options;
      say(`A simulated fleet of ${hosts} hosts, 6 metrics each, one step a minute (seed ${seed}).`);
      say(`${url}/metrics is live while this runs.\n`);
    },
    history(fleet, watermarkMs) {
      const { startMs } = fleet.options;
      const clock = Number.isFinite(watermarkMs) ? new Date(watermarkMs).toISOString().slice(11, 16) : '';
      if (phase === 'history') learning.update((watermarkMs - startMs) / (fleet.liveFromMs - startMs), clock);
      if (phase === 'live') living.update((watermarkMs - fleet.liveFromMs) / (fleet.endMs - fleet.liveFromMs), clock);
    },
    training(fraction, detail) {
      if (phase === 'history') {
        learning.done();
        phase = 'training';
      }
      training.update(fraction, detail);
    },
    trained(card) {
      learning.done();
      training.done();
      phase = 'live';
      const { rows, entities, holdOutRows } = card.data;
      say(
        `Trained on ${rows - holdOutRows} normal rows of ${entities} hosts, checked on the newest ${holdOutRows} ` +
          `(model ${card.version}, backend ${card.backend}).`,
      );
      say('Now a day of live data; strayd knows nothing of what will happen.\n');
    },
    transition({ alert, to }) {
      if (to !== 'firing') return;
      const { title, lines } = explainAlert(alert, STEP_MS);
      say(`▲ ${title}`);
      for (const line of lines) say(`    ${line}`);
      say('');
    },
    finished: () => living.done(),
  };
}
