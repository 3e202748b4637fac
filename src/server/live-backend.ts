import type { DetectorOutline, DetectorScores, LiveUpdate } from './views/live-view.ts';
import type { TrainingRunView } from './views/model-view.ts';
import type { SourceView } from './views/source-view.ts';

/** What the console reads and follows of the daemon; `app/` provides it. */
export interface LiveBackend {
  outline(): readonly DetectorOutline[];
  scores(detector: string | null): readonly DetectorScores[];
  sources(): readonly SourceView[];
  /** Newest first. */
  trainingRuns(detector: string | null, limit: number): readonly TrainingRunView[];
  /** The running configuration as YAML, secrets hidden. */
  configuration(): string;
  /** Calls the listener at most once a second with what changed; answers how to stop. */
  watch(listener: (update: LiveUpdate) => void): () => void;
}
