import type { Config } from '../config/config.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { TrainingRun } from '../store/training-run-repository.ts';
import type { LogStyle } from './log.ts';
import type { Published, TrainedModel } from './messages.ts';
import type { StreamChoice } from './stream-choice.ts';

/** For who watches a daemon from within its process: the demo. */
export interface DaemonObserver {
  readonly published?: (published: Published) => void;
  readonly trainingProgress?: (detector: string, fraction: number, detail: string) => void;
  readonly trainingEnded?: (run: TrainingRun, trained: TrainedModel | null) => void;
  readonly streamEnded?: (part: 'history' | 'live') => void;
}

export interface DaemonOptions {
  readonly config: Config;
  /** Reads the configuration file again, for a reload; throws a ConfigError. Absent: there is none. */
  readonly reread?: () => Promise<LoadedConfig>;
  readonly stream: StreamChoice;
  readonly log: LogStyle;
  /** False: only `train` starts a training. */
  readonly trainWhenDue: boolean;
  readonly observer?: DaemonObserver;
}
