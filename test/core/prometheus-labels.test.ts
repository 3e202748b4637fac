import { expect, it } from 'vitest';
import { prometheusLabels } from '../../src/core/prometheus-labels.ts';
import { fc } from '../support/properties.ts';

const own = { alertname: 'StraydAnomaly', detector: 'hosts' };

it('cleans names by Prometheus’ rule', () => {
  const labels = prometheusLabels({ 'k8s.pod/name': 'a', '0day': 'b', größe: 'c', '': 'd' }, own);
  expect(labels).toEqual({ ...own, k8s_pod_name: 'a', _0day: 'b', gr__e: 'c', _: 'd' });
});

it('leaves strayd’s own labels alone, and loses no label of the entity', () => {
  const labels = prometheusLabels({ detector: 'smoke', 'a.b': '1', a_b: '2', 'a/b': '3' }, own);
  expect(labels).toEqual({ ...own, exported_detector: 'smoke', a_b: '2', a_b_2: '1', a_b_3: '3' });
});

it('leaves out empty values, which mean no label, and keeps the name of an own one free', () => {
  expect(prometheusLabels({ zone: '' }, own)).toEqual(own);
  expect(prometheusLabels({ beside: 'x' }, { ...own, beside: '' })).toEqual({ ...own, exported_beside: 'x' });
});

it('gives valid names, and a place to each value, for any labels', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string({ minLength: 1 })), (entity) => {
      const labels = prometheusLabels(entity, own);
      for (const name of Object.keys(labels)) expect(name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
      expect(Object.values(labels).sort()).toEqual([...Object.values(entity), ...Object.values(own)].sort());
    }),
  );
});
