import type { DemoView } from '../app/demo.ts';
import { progressBar, type ProgressOutput } from './progress-bar.ts';
import { wrapText } from './wrap-text.ts';

export interface DemoScreen extends Omit<DemoView, 'staying'> {
  /** Wipes what was only there while it ran. */
  finished(): void;
}

/** Draws the demo on a terminal, or on a pipe without the bars; `null` = nowhere. */
export function demoScreen(output: ProgressOutput | null): DemoScreen {
  const out: ProgressOutput = output ?? { isTTY: false, write: () => undefined };
  const bars = {
    history: progressBar(out, 'Reading three days of history'),
    training: progressBar(out, 'Training'),
    live: progressBar(out, 'A day goes by'),
  };
  let phase: 'history' | 'training' | 'live' = 'history';
  const say = (...lines: string[]): void => {
    for (const bar of Object.values(bars)) bar.done();
    for (const line of lines) out.write(`${wrapText(line, out.columns)}\n`);
  };
  return {
    begun({ fleet: { options, hosts }, url, takenPort, topic }) {
      say(
        `A simulated fleet of ${hosts.length} hosts, 6 metrics each, one step a minute (seed ${options.seed}).`,
      );
      if (topic !== null) say(`It goes through Kafka in a topic of its own, ${topic}.`);
      if (takenPort !== null) say(`Port ${takenPort} is taken, so the console and /metrics are elsewhere.`);
      say(`Watch it at ${url} (the console), or: curl -s ${url}/metrics | grep ^strayd_`, '');
    },
    history({ options, liveFromMs, endMs }, watermarkMs) {
      const { startMs } = options;
      const clock = Number.isFinite(watermarkMs) ? new Date(watermarkMs).toISOString().slice(11, 16) : '';
      if (phase === 'history') bars.history.update((watermarkMs - startMs) / (liveFromMs - startMs), clock);
      if (phase === 'live') bars.live.update((watermarkMs - liveFromMs) / (endMs - liveFromMs), clock);
    },
    training(fraction, detail) {
      if (phase === 'history') bars.history.done();
      phase = 'training';
      bars.training.update(fraction, detail);
    },
    trained({ data, version, backend }) {
      phase = 'live';
      const { rows, entities, holdOutRows } = data;
      say(
        `Learned from ${rows - holdOutRows} rows of ${entities} hosts, thresholds from the newest ${holdOutRows} ` +
          `(model ${version}, ${backend}).`,
        'Now a day of live data; strayd is told nothing of what will happen.',
        '',
      );
    },
    transition({ alert, to }, { title, lines }) {
      if (to === 'firing') say(`▲ ${title}`, ...lines.map((line) => `    ${line}`), '');
      if (to === 'resolved') say(`▽ ${alert.entity}: ${lines[0] ?? 'resolved'}`, '');
    },
    warned: (message) => say(message),
    finished: () => say(),
  };
}
