/** Nothing is run where the person did not ask for it: in an untrusted workspace, and where there is no model. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { CodeServer } from '../lib/code-server.mjs';
import { CODE_SERVER, FIXTURES, VSIX, missing } from '../lib/paths.mjs';
import { Workbench } from '../lib/vscode.mjs';
