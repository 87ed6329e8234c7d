/** The protocol in TypeScript, over raw stdio, with nothing but the generated types and vscode-jsonrpc. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import {
  type CancellationToken,
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node.js';

import {
  ERROR_CODES,
  type ErrorData,
  type ErrorKind,
  type ExplainParams,
  type Notifications,
  PROTOCOL,
  type Requests,
  VERSION,
} from '@heatline/protocol';

const MODELS = `
import time
from attribution_core import Model, Tabular
from torch import nn

class Slow(nn.Linear):
    def forward(self, rows):
        time.sleep(0.02)
        return super().forward(rows)

def quick(): return Model(nn.Linear(2, 2), inputs=Tabular(columns=["age", "height"]), labels=["no", "yes"])
def slow(): return Model(Slow(2, 2), inputs=Tabular(columns=["age", "height"]))
`;

const folder = mkdtempSync(path.join(tmpdir(), 'heatline-'));
let agent: ChildProcess;
let connection: MessageConnection;

function request<M extends keyof Requests>(
  method: M,
  params: Requests[M]['params'],
  token?: CancellationToken,
): Promise<Requests[M]['result']> {
  return token ? connection.sendRequest(method, params, token) : connection.sendRequest(method, params);
}

function listen<M extends keyof Notifications>(method: M, handler: (params: Notifications[M]) => void): void {
  connection.onNotification(method, handler);
}

function explain(factory: string, more: Partial<ExplainParams> = {}): ExplainParams {
  return {
    model: { kind: 'factory', spec: `models.py:${factory}` },
    sample: { kind: 'row', values: { age: 30, height: '170' } },
    ...more,
  };
}

function refused(kind: ErrorKind): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ResponseError);
    assert.equal((error.data as ErrorData).kind, kind);
    assert.equal(error.code, ERROR_CODES[kind]);
    return true;
  };
}

before(async () => {
  writeFileSync(path.join(folder, 'models.py'), MODELS);
  const python = process.env.HEATLINE_PYTHON ?? 'python3';
  agent = spawn(python, ['-m', 'heatline', 'agent', '--stdio'], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
  assert.ok(agent.stdin && agent.stdout);
  connection = createMessageConnection(new StreamMessageReader(agent.stdout), new StreamMessageWriter(agent.stdin));
  connection.listen();
  const other = request('heatline/initialize', { version: VERSION, protocol: PROTOCOL + 1 });
  await assert.rejects(other, refused('version'));
  const greeting = await request('heatline/initialize', { version: VERSION, protocol: PROTOCOL, root: folder });
  assert.equal(greeting.protocol, PROTOCOL);
  assert.ok(greeting.devices.includes('cpu'));
});

after(async () => {
  const ended = new Promise((resolve) => agent.on('exit', resolve));
  await request('heatline/shutdown', {});
  connection.end();
  await ended;
  rmSync(folder, { recursive: true });
});

test('an explanation with its progress and its better and better pictures', async () => {
  const seen: string[] = [];
  listen('$/progress', ({ token, value }) => seen.push(`${token}: ${value.percentage} %`));
  listen('heatline/update', ({ job, seq, explanation }) => seen.push(`${job} ${seq} ${explanation.status}`));
  const found = await request('heatline/explain', explain('quick', { job: 'mine', score: 'logit', target: 'yes' }));
  assert.equal(found.status, 'final');
  assert.equal(found.target.label, 'yes');
  assert.ok(found.picture.kind === 'tabular');
  assert.deepEqual(
    found.picture.columns.map((column) => column.name),
    ['age', 'height'],
  );
  assert.ok(seen.includes('mine 0 preview'), seen.join('\n'));
  assert.ok(found.completeness && found.completeness.relative_error < 1e-3);
  const file = await request('heatline/export', { job: 'mine', format: 'png' });
  assert.equal(Buffer.from(file.data, 'base64').subarray(1, 4).toString(), 'PNG');
  const again = await request('heatline/explain', explain('quick', { score: 'logit', target: 'yes', plan: found.plan }));
  assert.deepEqual(again.picture, found.picture);
});

test('what is cancelled is answered, and costs nothing else', async () => {
  const source = new CancellationTokenSource();
  const long = request('heatline/explain', explain('slow', { steps: 100_000, job: 'long' }), source.token);
  await new Promise<void>((resolve) => listen('$/progress', ({ token }) => token === 'long' && resolve()));
  source.cancel();
  await assert.rejects(long, refused('cancelled'));
  const found = await request('heatline/predict', { ...explain('quick'), top: 1 });
  assert.equal(found.classes.length, 1);
});

test('what is refused is refused by kind', async () => {
  await assert.rejects(request('heatline/explain', explain('quick', { target: 'maybe' })), refused('bad-input'));
  await assert.rejects(connection.sendRequest('heatline/explain', {}), refused('protocol'));
  await assert.rejects(connection.sendRequest('heatline/magic', {}), refused('unknown-method'));
});
