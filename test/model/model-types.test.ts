import { checkModel } from './autoencoder-contract.ts';
import type { ModelContract } from './autoencoder-contract.ts';
import { QUICK_SPEC } from './fleet-rows.ts';

const MODELS: readonly ModelContract[] = [
  { title: 'type auto', spec: QUICK_SPEC, blindTo: {} },
  { title: 'type linear', spec: { ...QUICK_SPEC, type: 'linear' }, blindTo: {} },
  { title: 'type dense', spec: { ...QUICK_SPEC, type: 'dense' }, blindTo: {} },
  { title: 'type dense, huber', spec: { ...QUICK_SPEC, type: 'dense', loss: 'huber' }, blindTo: {} },
  {
    title: 'type dense, cross-entropy',
    spec: { ...QUICK_SPEC, type: 'dense', loss: 'cross_entropy' },
    blindTo: {},
  },
  { title: 'type conv', spec: { ...QUICK_SPEC, type: 'conv' }, blindTo: {} },
  { title: 'type variational', spec: { ...QUICK_SPEC, type: 'variational' }, blindTo: {} },
  {
    title: 'type lstm',
    spec: { ...QUICK_SPEC, type: 'lstm', learningRate: 0.02 },
    blindTo: {},
  },
];

for (const model of MODELS) checkModel(model);
