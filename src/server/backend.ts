import type { StepExplanation } from '../pipeline/explain/step-explanation.ts';
import type { Outcome } from './outcome.ts';
import type { AcceptanceView, DeployEvent } from './views/acceptance-view.ts';
import type { AlertFilter, AlertLabel, AlertView } from './views/alert-view.ts';
import type { DeadLetterView } from './views/dead-letter-view.ts';
import type { AttemptView, DeliveryQuery, DeliveryView, ResendRequest } from './views/delivery-view.ts';
import type { EntitySteps, ExplainQuery, StepsQuery } from './views/entity-steps.ts';
import type { IncidentFilter, IncidentView } from './views/incident-view.ts';
import type { ModelView } from './views/model-view.ts';
import type { StatusView } from './views/status-view.ts';
import type { MaintenanceRequest, MuteRequest, WindowView } from './views/window-view.ts';

/** Answer to a request to train now. */
export type TrainAnswer = 'started' | 'busy';

/** What the HTTP side needs of the daemon; `app/` provides it. */
export interface Backend {
  /** Why the pipeline is not alive, `null` if it is. */
  notAlive(): string | null;
  /** What is still missing before the daemon is ready; empty = ready. */
  notReady(): readonly string[];
  status(): StatusView;
  alerts(filter: AlertFilter): readonly AlertView[];
  /** Why nothing fits a filter: the detector or entity that it names is not there; `null` if they are. */
  unknownSubject(filter: Pick<AlertFilter, 'detector' | 'entity'>): string | null;
  alert(id: string): AlertView | null;
  /** Newest first. */
  incidents(filter: IncidentFilter): readonly IncidentView[];
  incident(id: string): IncidentView | null;
  /** Answers false if there is no such alert. */
  label(id: string, label: AlertLabel): Promise<boolean>;
  /** Why an alert did or did not fire at a kept step. */
  explain(query: ExplainQuery): Promise<Outcome<StepExplanation>>;
  /** Seen against expected over a range of kept steps. */
  steps(query: StepsQuery): Promise<Outcome<EntitySteps>>;
  /** Windows of some kinds, past ones too. */
  windows(kinds: readonly WindowView['kind'][]): readonly WindowView[];
  mute(request: MuteRequest): Promise<Outcome<WindowView>>;
  maintain(request: MaintenanceRequest): Promise<Outcome<WindowView>>;
  /** Ends a mute, or takes maintenance back as if it had not been. */
  removeWindow(id: string, kind: WindowView['kind']): Promise<Outcome<null>>;
  /** Takes the level of a firing alert for a new normal. */
  accept(id: string): Promise<Outcome<AcceptanceView>>;
  /** Takes the levels that a deployment brings for new normals; one answer a detector. */
  deployed(event: DeployEvent): Promise<Outcome<readonly AcceptanceView[]>>;
  /** Newest first. */
  deliveries(query: DeliveryQuery): readonly DeliveryView[];
  /** Answers how many are sent again. */
  resend(request: ResendRequest): Promise<number>;
  hasChannel(name: string): boolean;
  /** Sends a test alert and its end through one channel. */
  testChannel(name: string): Promise<readonly AttemptView[]>;
  models(detector: string | null): readonly ModelView[];
  /** The bytes of a version's model file, `null` if there is none. */
  modelFile(version: string): Promise<Uint8Array | null>;
  /** Puts a kept version to use; `version` `null`: the one in use before. */
  rollBack(detector: string, version: string | null): Promise<Outcome<ModelView>>;
  /** Takes a model file in, without using it. */
  importModel(bytes: Uint8Array): Promise<Outcome<ModelView>>;
  deadLetters(): readonly DeadLetterView[];
  hasDetector(name: string): boolean;
  train(detector: string): TrainAnswer;
  /** Ends a training under way or takes it from the queue; answers false if there is none. */
  cancelTraining(detector: string): boolean;
  /** The text of /metrics. */
  metrics(): Promise<string>;
}
