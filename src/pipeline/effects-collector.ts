import type { DeadLetter } from '../core/records.ts';
import type {
  AlertNotification,
  AlertTransition,
  Effects,
  ModelActivation,
  SourceCounts,
  StepRecord,
} from './effects.ts';

/** Effects while they are being made. */
export class EffectsCollector implements Effects {
  readonly steps: StepRecord[] = [];
  readonly transitions: AlertTransition[] = [];
  readonly notifications: AlertNotification[] = [];
  readonly activations: ModelActivation[] = [];
  deadLetters: DeadLetter[] = [];
  readonly counts: SourceCounts[] = [];
}
