import { expectTypeOf, it } from 'vitest';
import type * as server from '../../../src/server/backend.ts';
import type * as shapes from '../../../src/server/console/shapes.ts';
import type { StepExplanation } from '../../../src/pipeline/explain/step-explanation.ts';
import type { TrainingCard } from '../../../src/training/training-card.ts';

// Held by the type check: the console has types of its own, as the server's would pull the pipeline into the browser's build.
it('reads what the server answers', () => {
  expectTypeOf<server.StatusView>().toExtend<shapes.Status>();
  expectTypeOf<server.AlertView>().toExtend<shapes.AlertView>();
  expectTypeOf<server.AlertLabel>().toEqualTypeOf<shapes.AlertLabel>();
  expectTypeOf<server.ModelView>().toExtend<shapes.ModelView>();
  expectTypeOf<server.DeliveryView>().toExtend<shapes.DeliveryView>();
  expectTypeOf<server.DeadLetterView>().toExtend<shapes.DeadLetter>();
  expectTypeOf<server.EntitySteps>().toExtend<shapes.EntitySteps>();
  expectTypeOf<StepExplanation>().toExtend<shapes.StepExplanation>();
  expectTypeOf<TrainingCard>().toExtend<shapes.CardView>();
});
