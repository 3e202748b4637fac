import { EffectsCollector } from './effects-collector.ts';
import { lettersBySource, newestLetters } from './newest-letters.ts';
import type { PipelineState } from './pipeline-state.ts';
import { releaseIncidents } from './tell-incidents.ts';
import { ScoreQueue } from './score-queue.ts';
import { noCounts } from './source-state.ts';

/** One call of `step` while it runs: the state it changes and what it has done so far. */
export class StepRun {
  readonly state: PipelineState;
  readonly effects = new EffectsCollector();
  readonly queue = new ScoreQueue();

  constructor(state: PipelineState) {
    this.state = state;
  }

  get maxAlertAgeMs(): number {
    return this.state.maxAlertAgeMs;
  }

  /** Scores what waits, so that the gates have seen every step that is closed. */
  settle(): void {
    this.queue.flush(this.effects, this.maxAlertAgeMs);
  }

  /** Ends the call: all is scored, what incidents have to tell by now is told, the counts are handed over, and of the dead letters the newest are kept. */
  finish(): EffectsCollector {
    this.settle();
    releaseIncidents(this.state.detectors, this.effects);
    const letters = lettersBySource(this.effects.deadLetters);
    for (const source of this.state.sources.values()) {
      const seen = Object.entries(source.counts).filter(([, count]) => count > 0);
      const deadLetters = letters.get(source.name) ?? {};
      if (seen.length === 0 && !letters.has(source.name)) continue;
      this.effects.counts.push({ source: source.name, samples: Object.fromEntries(seen), deadLetters });
      source.counts = noCounts();
    }
    this.effects.deadLetters = newestLetters(this.effects.deadLetters);
    return this.effects;
  }
}
