import { startGuarded } from './guarded-process.ts';
import { waitFor } from './wait-for.ts';

/** librdkafka's in-memory broker out of `kcat`: produce, consume and commit, no topic creation. */
export const startMockBroker = async (
  kcat: string,
): Promise<{ readonly brokers: readonly string[]; stop(): Promise<void> }> => {
  const args = ['-C', '-b', 'x', '-t', 'warm', '-X', 'test.mock.num.brokers=1', '-d', 'mock'];
  const child = startGuarded(kcat, args);
  const address = await waitFor('the mock broker to name its address', () =>
    /bootstrap\.servers=(127\.0\.0\.1:\d+)/.exec(child.output()),
  );
  return { brokers: [address[1] ?? ''], stop: () => child.stop() };
};
