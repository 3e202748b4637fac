import type { Config } from '../config/config.ts';
import type { StepExplanation } from '../pipeline/explain/step-explanation.ts';
import type { ExplainQuery } from '../server/views/entity-steps.ts';
import { openStore } from '../store/open-store.ts';
import { StoreError } from '../store/store-error.ts';
import { explainAt } from './look-back.ts';
import { LookBackModels } from './look-back-models.ts';
import { LookBackRefusal } from './look-back-refusal.ts';

/** Explains a step from the store of a configuration, beside a daemon or without one. Throws a {@link LookBackRefusal} if it can't. */
export async function explainAlone(config: Config, query: ExplainQuery): Promise<StepExplanation> {
  const models = new LookBackModels();
  try {
    const store = openStore(config.store.path, { mode: 'read' });
    try {
      return await explainAt({ store, detectors: config.detectors, models }, query);
    } finally {
      store.close();
    }
  } catch (error) {
    if (error instanceof StoreError) throw new LookBackRefusal('refused', error.message);
    throw error;
  } finally {
    models.dispose();
  }
}
