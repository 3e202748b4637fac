import { checkModel } from './autoencoder-contract.ts';
import type { ModelContract } from './autoencoder-contract.ts';
import { QUICK_SPEC } from './fleet-rows.ts';

const MODELS: readonly ModelContract[] = [
  { title: 'type auto', spec: QUICK_SPEC, blindTo: {} },
  { title: 'type linear', spec: { ...QUICK_SPEC, type: 'linear' }, blindTo: {} },
  { title: 'type dense', spec: { ...QUICK_SPEC, type: 'dense' }, blindTo: {} },
];

for (const model of MODELS) checkModel(model);
