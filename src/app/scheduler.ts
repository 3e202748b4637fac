import { schedule } from 'node-cron';

/** Runs a task at the times of a cron expression until `stop`. */
export interface Scheduler {
  every(expression: string, timezone: string, name: string, task: () => void): void;
  stop(): void;
}

/** The daemon's scheduler: node-cron on the wall clock. */
export function cronScheduler(): Scheduler {
  const tasks: { stop(): void | Promise<void> }[] = [];
  return {
    every(expression, timezone, name, task) {
      tasks.push(schedule(expression, task, { timezone, name, noOverlap: true, unref: true }));
    },
    stop() {
      for (const task of tasks.splice(0)) void task.stop();
    },
  };
}
