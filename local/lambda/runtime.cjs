/*
 * One Lambda execution environment: loads a handler and runs one invocation at a time.
 * Plain JavaScript, since it runs under a bare `node`. Talks to the service over the IPC channel, and ends when that channel closes.
 */
'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { format } = require('node:util');

const send = process.send.bind(process);
process.send = undefined;
process.on('disconnect', () => process.exit(0));

const env = process.env;
const taskRoot = env.LAMBDA_TASK_ROOT;
const handlerName = env['_HANDLER'];
const major = Number(/nodejs(\d+)/.exec(env.AWS_EXECUTION_ENV ?? '')?.[1] ?? '24');
/** Runtimes from this one on have no callbacks. */
const FIRST_WITHOUT_CALLBACKS = 24;

let current;

for (const [method, level] of Object.entries({ log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR', debug: 'DEBUG', trace: 'TRACE' })) {
  console[method] = (...args) => send({ type: 'log', line: `${current?.awsRequestId ?? 'init'}\t${level}\t${format(...args)}` });
}

function describe(error, fallback) {
  if (error instanceof Error) {
    return { errorType: fallback ?? error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
  }
  return { errorType: fallback ?? typeof error, errorMessage: String(error), trace: [] };
}

function initError(errorType, errorMessage, trace) {
  return Object.assign(new Error(errorMessage), { init: { errorType, errorMessage, trace: trace ?? [] } });
}

async function load(path) {
  const file = ['', '.js', '.cjs', '.mjs'].map((extension) => `${path}${extension}`).find((candidate) => existsSync(candidate));
  if (file === undefined) {
    throw initError('Runtime.ImportModuleError', `Error: Cannot find module '${handlerName.replace(/\.[^.]*$/, '')}'`);
  }
  try {
    return file.endsWith('.mjs') ? await import(pathToFileURL(file).href) : require(file);
  } catch (error) {
    if (error?.code === 'ERR_REQUIRE_ESM') {
      return import(pathToFileURL(file).href);
    }
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND') {
      throw initError('Runtime.ImportModuleError', `Error: ${error.message}`, (error.stack ?? '').split('\n'));
    }
    throw error;
  }
}

async function findHandler() {
  const dot = handlerName.lastIndexOf('.');
  const loaded = await load(join(taskRoot, handlerName.slice(0, dot)));
  const name = handlerName.slice(dot + 1);
  const handler = loaded[name] ?? loaded.default?.[name];
  if (typeof handler !== 'function') {
    throw initError('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`);
  }
  if (major >= FIRST_WITHOUT_CALLBACKS && handler.length > 2) {
    throw initError('Runtime.CallbackHandlerDeprecated', `${handlerName} takes a callback, which nodejs${major}.x does not have; return a promise instead`);
  }
  return handler;
}

function contextOf(message) {
  const deadline = Date.now() + message.timeoutMs;
  return {
    awsRequestId: message.requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: message.functionArn,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: message.clientContext,
    identity: undefined,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

function call(handler, event, context) {
  if (handler.length > 2) {
    return new Promise((resolve, reject) => {
      const returned = handler(event, context, (error, result) => (error === null || error === undefined ? resolve(result) : reject(error)));
      if (typeof returned?.then === 'function') {
        returned.then(resolve, reject);
      }
    });
  }
  return handler(event, context);
}

async function invoke(handler, message) {
  const context = contextOf(message);
  current = context;
  let answer;
  try {
    const result = await call(handler, JSON.parse(message.event), context);
    answer = { payload: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    answer = { payload: JSON.stringify(describe(error)), failed: true };
  }
  if (answer.failed) {
    send({ type: 'log', line: `${context.awsRequestId}\tERROR\tInvoke Error\t${answer.payload}` });
  }
  current = undefined;
  send({ type: 'result', ...answer });
}

function crash(errorType) {
  return (error) => {
    const payload = JSON.stringify(describe(error, errorType === undefined && error instanceof Error ? error.name : errorType));
    send({ type: 'log', line: `${current?.awsRequestId ?? 'init'}\tERROR\tUncaught Exception\t${payload}` });
    send({ type: 'crash', payload }, () => process.exit(1));
  };
}

process.on('uncaughtException', crash());
process.on('unhandledRejection', crash('Runtime.UnhandledPromiseRejection'));

findHandler().then(
  (handler) => {
    process.on('message', (message) => void invoke(handler, message));
    send({ type: 'ready' });
  },
  (error) => send({ type: 'initError', payload: JSON.stringify(error?.init ?? describe(error)) }, () => process.exit(1)),
);
