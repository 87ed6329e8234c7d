/** How the agent in a kernel is asked, against a kernel that plays along: what a real one does only now and then. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { ROOT } from '../lib/paths.mjs';

const LIB = path.join(ROOT, 'extension/jupyterlab/lib');
const skip = existsSync(LIB) ? false : 'the extension is not built: run make test';
const { openSession } = skip ? {} : await import(path.join(LIB, 'kernel/open.js'));
const { complete } = skip ? {} : await import(path.join(LIB, 'question.js'));

const RPC = 'application/vnd.heatline.rpc+json';
const AGENT = { version: '', code: 'bring the agent', module: 'agent', shield: 'shield', step_ms: 100 };
const trans = { __: (text, ...values) => text.replace(/%(\d)/g, (_, i) => values[i - 1]) };

class Signal {
  slots = new Set();
  connect = (slot) => this.slots.add(slot);
  disconnect = (slot) => this.slots.delete(slot);
  emit = (...args) => [...this.slots].forEach((slot) => slot(...args));
}

/** Replies to each execute_request with what `reply` says: content, or a promise of it. */
class FakeKernel {
  statusChanged = new Signal();
  disposed = new Signal();
  info = Promise.resolve({ language_info: { name: 'python' } });
  requests = [];

  constructor(reply) {
    this.reply = reply;
  }

  requestExecute(content) {
    this.requests.push(content);
    const future = {};
    const answer = this.reply(content, this.requests.length - 1);
    future.done = Promise.resolve(answer).then((reply) => {
      future.onIOPub?.({ header: { msg_type: 'status' }, content: { execution_state: 'busy' } });
      return { content: reply };
    });
    return future;
  }
}

const result = (value) => ({
  status: 'ok',
  user_expressions: { heatline: { status: 'ok', data: { [RPC]: { result: value } } } },
});
const missing = { status: 'ok', user_expressions: { heatline: { status: 'error', ename: 'KeyError', evalue: 'agent' } } };

async function open(reply) {
  const kernel = new FakeKernel(reply);
  const session = await openSession(kernel, { forKernel: async () => AGENT }, trans);
  return { kernel, session };
}

/** The JSON-RPC request inside an expression. */
const asked = ({ user_expressions: expressions }) => JSON.parse(JSON.parse(/answer\((".*")\)$/.exec(expressions.heatline)[1]));

test('opening a session sends nothing', { skip }, async () => {
  const { kernel } = await open(() => assert.fail('asked'));
  assert.equal(kernel.requests.length, 0);
});

test('every request is silent, leaves no history, and cancels nobody else’s cells', { skip }, async () => {
  const { kernel, session } = await open(() => result({ models: [] }));
  await session.request('heatline/models', {});
  const { silent, store_history, stop_on_error, allow_stdin, code } = kernel.requests[0];
  assert.deepEqual([silent, store_history, stop_on_error, allow_stdin, code], [true, false, false, false, '']);
  assert.equal(asked(kernel.requests[0]).method, 'heatline/models');
});

test('the agent is brought once, and again after a restart', { skip }, async () => {
  const replies = [missing, { status: 'ok' }, result(1), result(2), missing, { status: 'ok' }, result(3)];
  const { kernel, session } = await open((_, i) => replies[i]);
  for (const value of [1, 2, 3]) assert.equal(await session.request('heatline/models', {}), value);
  assert.equal(kernel.requests.filter(({ code }) => code === AGENT.code).length, 2);
});

test('a request that the kernel threw out of its queue, since a cell had failed, is sent again', { skip }, async () => {
  const { kernel, session } = await open((_, i) => (i < 2 ? { status: 'aborted' } : result('at last')));
  assert.equal(await session.request('heatline/models', {}), 'at last');
  assert.equal(kernel.requests.length, 3);
});

test('a request that has to wait says so, and stops saying so when its turn has come', { skip }, async () => {
  const { session } = await open(() => new Promise((resolve) => setTimeout(() => resolve(result(1)), 400)));
  const messages = [];
  await session.request('heatline/models', {}, { onProgress: ({ message }) => messages.push(message) });
  assert.deepEqual(messages, ['Waiting for the kernel, which is running something else', '']);
});

test('a job is pulled to its end; cancelling is asking no more, and the job is dropped', { skip }, async () => {
  const progress = { kind: 'report', message: 'under way', percentage: 10, seconds_left: null, title: '' };
  const cancel = new AbortController();
  const { kernel, session } = await open((content) => {
    const { method } = asked(content);
    if (method === 'job/start') return result({ job: 'j' });
    if (method === 'job/drop') return result({});
    if (kernel.requests.length === 4) cancel.abort();
    return result({ kind: 'progress', progress });
  });
  const options = { signal: cancel.signal, onProgress: () => undefined };
  await assert.rejects(session.request('heatline/explain', {}, options), { kind: 'cancelled' });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const methods = kernel.requests.map((content) => asked(content).method);
  assert.deepEqual(methods, ['job/start', 'job/step', 'job/step', 'job/step', 'job/drop']);
});

test('a kernel that restarts answers nobody: one clear line', { skip }, async () => {
  const { kernel, session } = await open(() => new Promise(() => undefined));
  const answer = session.request('heatline/explain', {});
  kernel.statusChanged.emit(kernel, 'autorestarting');
  await assert.rejects(answer, { kind: 'agent-died', message: /restarted or stopped/ });
});

/** A kernel with subshells that is busy: in them the agent is brought and answers with what `answer` says of a request. */
class BusyKernel extends FakeKernel {
  status = 'busy';
  supportsSubshells = true;
  clientId = 'client';
  username = '';
  made = 0;
  deleted = [];
  sent = [];

  constructor(answer, running = true) {
    super(() => result('the main shell'));
    Object.assign(this, { answer, running });
  }

  requestCreateSubshell() {
    return { done: Promise.resolve({ content: { subshell_id: `subshell ${++this.made}` } }) };
  }

  requestDeleteSubshell({ subshell_id: id }) {
    this.deleted.push(id);
    return { done: Promise.resolve({}) };
  }

  sendShellMessage({ header, content }) {
    this.sent.push({ header, content });
    const there = content.user_expressions?.heatline.includes(AGENT.code);
    const brought = { status: 'ok', user_expressions: { heatline: { status: 'ok', data: {} } } };
    const told = () => ({ running: this.running, response: content.request && { result: this.answer(JSON.parse(content.request)) } });
    const reply = header.msg_type === 'agent_request' ? told() : there ? brought : missing;
    return { done: Promise.resolve({ content: reply }) };
  }
}

async function openBeside(answer, running, whileBusy = true) {
  const kernel = new BusyKernel(answer, running);
  const session = await openSession(kernel, { forKernel: async () => AGENT }, trans, whileBusy);
  return { kernel, session };
}

test('a busy kernel is asked beside its cell where that was switched on, and not elsewhere', { skip }, async () => {
  const { kernel, session } = await openBeside(({ method }) => method);
  assert.equal(await session.request('heatline/models', {}), 'heatline/models');
  const kinds = kernel.sent.map(({ header }) => [header.msg_type, header.subshell_id]);
  const [listening, brought] = [kernel.sent[0].content, kernel.sent[1].content];
  assert.deepEqual(kinds.map(([kind]) => kind), ['execute_request', 'execute_request', 'agent_request', 'agent_request']);
  assert.deepEqual([...new Set(kinds.map(([, id]) => id))], ['subshell 1']);
  for (const { silent, store_history, allow_stdin, code } of [listening, brought]) {
    assert.deepEqual([silent, store_history, allow_stdin, code], [true, false, true, AGENT.shield]);
  }
  assert.equal(kernel.requests.length, 0);
  const off = await openBeside(() => assert.fail('asked'), true, false);
  assert.equal(await off.session.request('heatline/models', {}), 'the main shell');
  assert.equal(off.kernel.made, 0);
});

test('busy with a request of a front end’s it is waited for, and so are averages and provenance', { skip }, async () => {
  const silent = await openBeside(() => assert.fail('asked'), false);
  assert.equal(await silent.session.request('heatline/models', {}), 'the main shell');
  const { kernel, session } = await openBeside(() => assert.fail('asked'));
  kernel.reply = (content) => (asked(content).method === 'job/start' ? result({ job: 'j' }) : result({ kind: 'done', result: 1 }));
  for (const method of ['heatline/average', 'heatline/provenance']) assert.equal(await session.request(method, {}), 1);
});

test('a subshell goes when the kernel has been idle for a second, and comes again', { skip }, async () => {
  const { kernel, session } = await openBeside(() => 1);
  kernel.statusChanged.emit(kernel, (kernel.status = 'idle'));
  kernel.statusChanged.emit(kernel, (kernel.status = 'busy')); // another cell
  await new Promise((resolve) => setTimeout(resolve, 1200));
  assert.deepEqual(kernel.deleted, []);
  kernel.statusChanged.emit(kernel, (kernel.status = 'idle'));
  await new Promise((resolve) => setTimeout(resolve, 1200));
  assert.deepEqual(kernel.deleted, ['subshell 1']);
  assert.equal(await session.request('heatline/models', {}), 1);
  assert.equal(kernel.sent.at(-1).header.subshell_id, 'subshell 2');
});

test('a kernel that restarts beside a question: one clear line, and another subshell', { skip }, async () => {
  const { kernel, session } = await openBeside(() => 1);
  kernel.sendShellMessage = () => ({ done: new Promise(() => undefined) });
  const answer = session.request('heatline/models', {});
  await Promise.resolve();
  setTimeout(() => kernel.statusChanged.emit(kernel, 'autorestarting'), 10);
  await assert.rejects(answer, { kind: 'agent-died', message: /restarted or stopped/ });
  delete kernel.sendShellMessage;
  assert.equal(await session.request('heatline/models', {}), 1);
  assert.equal(kernel.made, 2);
});

const model = (name, inputs) => ({ name, inputs, detail: '', origin: 'live', ref: { kind: 'live', handle: { name } } });
const QUOTED = { kind: 'string', start: 0, end: 3, text: 'a', image: false };

/** Models that are alive -> whom the person is asked to choose from (nobody, where one fits). */
const CHOICES = [
  [[model('reader', 'text'), model('eyes', 'image')], null, 'reader'],
  [[model('eyes', 'image'), model('any', 'unknown'), model('reader', 'text')], ['reader', 'any'], 'reader'],
  [[model('eyes', 'image'), model('more', 'image')], ['eyes', 'more'], 'eyes'],
];

for (const [models, offered, taken] of CHOICES) {
  test(`a text, and ${models.map(({ name }) => name).join(', ')}: ${offered ?? 'nothing'} to choose from`, { skip }, async () => {
    let choices = null;
    const choose = async (_, all) => ((choices = all.map(({ name }) => name)), 0);
    const found = await complete(QUOTED, { request: async () => ({ models }) }, {}, choose, trans);
    assert.deepEqual(choices, offered);
    assert.deepEqual(found.model.handle, { name: taken });
    assert.deepEqual(found.sample, { kind: 'text', text: 'a' });
  });
}
