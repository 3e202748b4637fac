import { expectTypeOf, it } from 'vitest';
import type { AlertLabel, AlertView } from '../../../src/server/views/alert-view.ts';
import type { DeadLetterView } from '../../../src/server/views/dead-letter-view.ts';
import type { DeliveryView } from '../../../src/server/views/delivery-view.ts';
import type { EntitySteps } from '../../../src/server/views/entity-steps.ts';
import type { ModelView } from '../../../src/server/views/model-view.ts';
import type { StatusView } from '../../../src/server/views/status-view.ts';
import type * as shapes from '../../../src/server/console/shapes.ts';
import type { StepExplanation } from '../../../src/pipeline/explain/step-explanation.ts';
import type { TrainingCard } from '../../../src/training/training-card.ts';

// Held by the type check: the console has types of its own, as the server's would pull the pipeline into the browser's build.
it('reads what the server answers', () => {
  expectTypeOf<StatusView>().toExtend<shapes.Status>();
  expectTypeOf<AlertView>().toExtend<shapes.AlertView>();
  expectTypeOf<AlertLabel>().toEqualTypeOf<shapes.AlertLabel>();
  expectTypeOf<ModelView>().toExtend<shapes.ModelView>();
  expectTypeOf<DeliveryView>().toExtend<shapes.DeliveryView>();
  expectTypeOf<DeadLetterView>().toExtend<shapes.DeadLetter>();
  expectTypeOf<EntitySteps>().toExtend<shapes.EntitySteps>();
  expectTypeOf<StepExplanation>().toExtend<shapes.StepExplanation>();
  expectTypeOf<TrainingCard>().toExtend<shapes.CardView>();
});
