import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { ModelSpec } from '../core/detector.ts';
import { useExplicitTransposes } from './wasm-transposes.ts';

/** The tensor engine in use; `native` is TensorFlow's own library through @tensorflow/tfjs-node. */
export type BackendName = 'native' | 'wasm' | 'cpu';

const TENSORFLOW_NAME: Readonly<Record<BackendName, string>> = {
  native: 'tensorflow',
  wasm: 'wasm',
  cpu: 'cpu',
};

const require = createRequire(import.meta.url);
let ready: { readonly choice: string; readonly name: Promise<BackendName> } | null = null;

/**
 * Starts TensorFlow.js once in this thread or process; afterwards all model work is synchronous. `auto` takes the native library if
 * it is installed and loads, else wasm. A thread keeps its first backend: another choice later is an error, as is `native` where it
 * does not load.
 */
export async function startBackend(choice: ModelSpec['backend']): Promise<BackendName> {
  ready ??= { choice, name: select(choice) };
  const name = await ready.name;
  if (choice !== 'auto' && choice !== name) {
    throw new Error(
      `model backend "${choice}" asked for, but this thread already runs "${name}": use one backend for all detectors`,
    );
  }
  return name;
}

async function select(choice: ModelSpec['backend']): Promise<BackendName> {
  tf.enableProdMode();
  if (choice === 'auto' || choice === 'native') {
    const problem = loadNative();
    if (problem === null) return activate('native');
    if (choice === 'native') {
      throw new Error(
        `model backend "native" needs @tensorflow/tfjs-node, which did not load (${problem}): install it, or set backend: auto`,
      );
    }
  }
  if (choice === 'cpu') {
    await import('@tensorflow/tfjs-backend-cpu');
    return activate('cpu');
  }
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  const name = await withoutNewListeners(() => activate('wasm'));
  useExplicitTransposes();
  return name;
}

async function activate(name: BackendName): Promise<BackendName> {
  if (!(await tf.setBackend(TENSORFLOW_NAME[name]))) {
    throw new Error(
      `model backend "${name}" did not start: reinstall the packages with npm ci, or set another model.backend`,
    );
  }
  return name;
}

/**
 * Emscripten's loader hooks the process-wide error events only to throw again, which prints its whole minified source and takes a caller's
 * own handling of crashes away: what it adds is removed.
 */
async function withoutNewListeners<Result>(load: () => Promise<Result>): Promise<Result> {
  const before = {
    uncaughtException: process.listeners('uncaughtException'),
    unhandledRejection: process.listeners('unhandledRejection'),
  };
  try {
    return await load();
  } finally {
    for (const listener of process.listeners('uncaughtException')) {
      if (!before.uncaughtException.includes(listener)) process.off('uncaughtException', listener);
    }
    for (const listener of process.listeners('unhandledRejection')) {
      if (!before.unhandledRejection.includes(listener)) process.off('unhandledRejection', listener);
    }
  }
}

/** Answers why the native library is not there, or `null` once it is loaded. */
function loadNative(): string | null {
  const util = require('node:util') as Record<string, unknown>;
  // tfjs-node 4.22 still calls these two, which Node 23 removed: https://github.com/tensorflow/tfjs/issues/8609
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  util['isArray'] ??= Array.isArray;
  try {
    require('@tensorflow/tfjs-node');
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.split('\n', 1)[0] ?? message;
  }
}
