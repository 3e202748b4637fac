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

/** What an earlier training found fastest. */
export interface RememberedBackend {
  readonly name: BackendName;
  /** The native one was among those measured. */
  readonly hadNative: boolean;
}

/** A faster backend must win by this much over wasm, so that noise in a measurement does not choose. */
const WORTH_A_CHANGE = 0.7;

let ready: Promise<BackendName> | null = null;

/**
 * Starts TensorFlow.js once in this thread or process; afterwards all model work is synchronous. `auto` takes what is `remembered`;
 * without it, or if the native library came or went since, the native one if it loads, else wasm. A thread keeps its first backend:
 * another choice later is an error, as is `native` where it does not load.
 */
export async function startBackend(
  choice: ModelSpec['backend'],
  remembered?: RememberedBackend,
): Promise<BackendName> {
  ready ??= choice === 'auto' ? selectBest(remembered) : select(choice);
  const name = await ready;
  if (choice !== 'auto' && choice !== name) {
    throw new Error(
      `model backend "${choice}" asked for, but this thread already runs "${name}": use one backend for all detectors`,
    );
  }
  return name;
}

/**
 * Starts the backend for which `measure` answers the least, of those that load, and answers what it measured; a thread that already has
 * a backend keeps it and measures nothing. `measure` runs with the backend in place.
 */
export async function startFastestBackend(
  candidates: readonly BackendName[],
  measure: () => Promise<number>,
): Promise<ReadonlyMap<BackendName, number>> {
  const measured = new Map<BackendName, number>();
  if (ready !== null) return measured;
  const choose = async (): Promise<BackendName> => {
    for (const name of candidates) {
      if (name === 'native' && nativeProblem() !== null) continue;
      await select(name);
      measured.set(name, await measure());
    }
    const usual = measured.get('wasm') ?? Number.POSITIVE_INFINITY;
    const [fastest] = [...measured].sort(([, a], [, b]) => a - b);
    return select(fastest !== undefined && fastest[1] < WORTH_A_CHANGE * usual ? fastest[0] : 'wasm');
  };
  ready = choose();
  await ready;
  return measured;
}

/** Whether the native library is installed and loads. */
export function hasNativeBackend(): boolean {
  return nativeProblem() === null;
}

async function selectBest(remembered: RememberedBackend | undefined): Promise<BackendName> {
  const native = hasNativeBackend();
  if (remembered?.hadNative === native) return select(remembered.name);
  return select(native ? 'native' : 'wasm');
}

async function select(name: BackendName): Promise<BackendName> {
  tf.enableProdMode();
  if (name === 'native') {
    const problem = nativeProblem();
    if (problem !== null) {
      throw new Error(
        `model backend "native" needs @tensorflow/tfjs-node, which did not load (${problem}): install it (docs/how-to-native-backend.md), or set backend: auto`,
      );
    }
  } else if (name === 'cpu') {
    await import('@tensorflow/tfjs-backend-cpu');
  } else if (tf.findBackend('wasm') === null) {
    const wasm = await import('@tensorflow/tfjs-backend-wasm');
    wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
    await withoutNewListeners(() => activate('wasm'));
    useExplicitTransposes();
  }
  return activate(name);
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

/** `undefined` until it was tried. */
let nativeAnswer: string | null | undefined;

/** Answers why the native library is not there, or `null` once it is loaded. */
function nativeProblem(): string | null {
  if (nativeAnswer !== undefined) return nativeAnswer;
  const util = require('node:util') as Record<string, unknown>;
  // tfjs-node 4.22 still calls these two, which Node 23 removed: https://github.com/tensorflow/tfjs/issues/8609
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  util['isArray'] ??= Array.isArray;
  // TensorFlow's own notes about the processor, on every start.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '1';
  try {
    require('@tensorflow/tfjs-node');
    nativeAnswer = null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    nativeAnswer = message.split('\n', 1)[0] ?? message;
  }
  return nativeAnswer;
}
