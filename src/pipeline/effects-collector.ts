import type { DeadLetter } from '../core/records.ts';
import type {
  AlertNotification,
  AlertTransition,
  Effects,
  ModelActivation,
  SourceCounts,
  WindowChange,
  StepRecord,
} from './effects.ts';
import type { IncidentNotification, IncidentUpdate } from './alerts/incident.ts';
import type { Acceptance } from './alerts/acceptance.ts';
import type { CalibrationExclusion } from './scoring/calibration-exclusion.ts';
import type { BudgetRefit } from './scoring/budget-refit.ts';

/** Effects while they are being made. */
export class EffectsCollector implements Effects {
  readonly steps: StepRecord[] = [];
  readonly transitions: AlertTransition[] = [];
  readonly notifications: AlertNotification[] = [];
  readonly incidents: IncidentUpdate[] = [];
  readonly incidentNotifications: IncidentNotification[] = [];
  readonly activations: ModelActivation[] = [];
  readonly budgetRefits: BudgetRefit[] = [];
  readonly exclusions: CalibrationExclusion[] = [];
  readonly windows: WindowChange[] = [];
  readonly acceptances: Acceptance[] = [];
  deadLetters: DeadLetter[] = [];
  readonly counts: SourceCounts[] = [];
}
