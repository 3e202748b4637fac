import fc from 'fast-check';

/**
 * fast-check, with one seed for all tests: what a change is judged by is the same everywhere, so a red run is the change's own.
 * `FAST_CHECK_SEED=random` looks elsewhere (a number: there); what it finds becomes a case of the test that found it.
 */
const seed = process.env['FAST_CHECK_SEED'] ?? '20260105';
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });

export { fc };
