#!/usr/bin/env node
// Pushes a CSV of payments to budgetwatchd, as a finance system would.
//
//   npm ci --ignore-scripts
//   node push_payments.mjs --source treasury payments.csv
//
// Safe to run again with the same file: what is recorded already is a duplicate. Exit codes:
// 0 done, 1 failed (run it again), 2 wrong usage, 3 done but some lines were rejected.
import { createReadStream, existsSync } from 'node:fs';
import path from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import { parse } from 'csv-parse';
import protobuf from 'protobufjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
// In a checkout, and in /usr/share/budgetwatch.
const PROTO = ['../../../proto', '../../proto'].map((folder) => path.join(HERE, folder));
const CALL_MS = 30_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

// The request may succeed later, and repeating it is safe: an event that was recorded
// before the answer got lost comes back as a duplicate. CANCELLED is what a server that
// stops answers; this side cancels nothing.
const RETRIABLE = new Set([grpc.status.UNAVAILABLE, grpc.status.RESOURCE_EXHAUSTED,
  grpc.status.DEADLINE_EXCEEDED, grpc.status.CANCELLED]);

const REQUIRED = ['payment_id', 'project_code', 'pay_date', 'amount'];
const OPTIONAL = ['payee', 'memo', 'kind', 'original_payment_id'];
const KINDS = new Map([['', 'PAYMENT_KIND_PAYMENT'], ['payment', 'PAYMENT_KIND_PAYMENT'],
  ['refund', 'PAYMENT_KIND_REFUND'], ['correction', 'PAYMENT_KIND_CORRECTION']]);
const AMOUNT = /^([+-]?)([0-9]{1,14})(?:\.([0-9]{1,2}))?$/;

// A row that cannot be made an event.
class BadRow extends Error {
  constructor(reason, field, message) {
    super(message);
    this.reason = reason;
    this.field = field;
  }
}

// Counts outcomes, and names the lines that somebody has to look at.
class Tally {
  counts = { recorded: 0, duplicate: 0, suspended: 0, rejected: 0, conflict: 0 };

  add(row, event, outcome) {
    switch (outcome.outcome) {
      case 'OUTCOME_REJECTED':
        this.reject(row, event.payment_id, outcome);
        break;
      case 'OUTCOME_SUSPENDED':
        this.counts.suspended += 1;
        this.#say(row, event.payment_id, `suspended: no plan has ${event.project_code} yet`);
        break;
      case 'OUTCOME_DUPLICATE':
        this.counts.duplicate += 1;
        break;
      default:
        this.counts.recorded += 1;
    }
  }

  reject(row, paymentId, { reason, field, message }) {
    // The same id with other content needs a person: one of the two is wrong.
    const word = reason === 'PAYMENT_ID_CONFLICT' ? 'conflict' : 'rejected';
    this.counts.rejected += 1;
    if (word === 'conflict') this.counts.conflict += 1;
    this.#say(row, paymentId, `${word}: ${reason} ${field}: ${message}`);
  }

  #say(row, paymentId, text) {
    console.error(`row ${row} ${paymentId}: ${text}`);
  }
}

// Fen of a decimal of yuan, by digits: a number of JavaScript cannot hold 0.1.
function readFen(text) {
  const match = AMOUNT.exec(text);
  if (!match) {
    throw new BadRow('INVALID_AMOUNT', 'amount', `'${text}' is no plain decimal of yuan`);
  }
  const [, sign, yuan, cents = ''] = match;
  const fen = BigInt(yuan) * 100n + BigInt(cents.padEnd(2, '0'));
  return (sign === '-' ? -fen : fen).toString();
}

function eventOf(row) {
  if (!KINDS.has(row.kind)) {
    throw new BadRow('INVALID_KIND', 'kind', 'the kind is none of payment, refund, correction');
  }
  return {
    payment_id: row.payment_id, kind: KINDS.get(row.kind), project_code: row.project_code,
    pay_date: row.pay_date, amount_fen: readFen(row.amount), payee: row.payee, memo: row.memo,
    original_payment_id: row.original_payment_id,
  };
}

// Text of a file that must be UTF-8; what is not would else be replaced in silence.
async function* readText(file) {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const bytes of createReadStream(file)) yield decoder.decode(bytes, { stream: true });
  yield decoder.decode();
}

// [row number, event] of each row that is one; the others are counted as rejected.
async function* readEvents(file, tally) {
  let columns = null;
  let number = 0;
  const records = parse({ relax_column_count: true, skip_empty_lines: true });
  // Not pipe(), which hands no errors on: a file that ends early must not look whole. The
  // error itself comes out of the loop.
  pipeline(Readable.from(readText(file)), records, () => {});
  for await (const cells of records) {
    number += 1;
    if (columns === null) {
      columns = cells;
      const missing = REQUIRED.filter((name) => !columns.includes(name));
      if (missing.length > 0) throw new Error(`columns are missing: ${missing.join(', ')}`);
      continue;
    }
    const row = Object.fromEntries([...OPTIONAL.map((name) => [name, '']),
      ...columns.map((name, i) => [name, cells[i]])]);
    try {
      if (cells.length !== columns.length) {
        throw new BadRow('INVALID_FIELD', '', 'the row has more or fewer cells than the header');
      }
      yield [number, eventOf(row)];
    } catch (error) {
      if (!(error instanceof BadRow)) throw error;
      tally.reject(number, row.payment_id ?? '', error);
    }
  }
  // An empty file is an export that failed, and not a day without payments.
  if (columns === null) throw new Error(`columns are missing: ${REQUIRED.join(', ')}`);
}

async function* batches(events, size) {
  let batch = [];
  for await (const event of events) {
    batch.push(event);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

// Reads the server's wish out of the status details.
class RetryHints {
  constructor() {
    const root = protobuf.loadSync(path.join(HERE, 'rpc_error.proto'));
    this.status = root.lookupType('google.rpc.Status');
    this.retryInfo = root.lookupType('google.rpc.RetryInfo');
  }

  // Milliseconds that the server asks to wait; 0 when it does not say.
  of(error) {
    const [bytes] = error.metadata?.get('grpc-status-details-bin') ?? [];
    if (!bytes) return 0;
    const details = this.status.decode(bytes).details;
    const detail = details.find((any) => any.type_url.endsWith('/google.rpc.RetryInfo'));
    if (!detail) return 0;
    const { retryDelay } = this.retryInfo.decode(detail.value);
    return Number(retryDelay?.seconds ?? 0) * 1000 + (retryDelay?.nanos ?? 0) / 1e6;
  }
}

function recordPayments(client, request) {
  return new Promise((resolve, reject) => {
    client.RecordPayments(request, { deadline: Date.now() + CALL_MS },
      (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

// The answer to one batch. Tries the same request again until the bound is over.
async function send(client, request, giveUpMs, hints) {
  let wait = FIRST_WAIT_MS;
  const deadline = performance.now() + giveUpMs;
  for (let told = false; ; told = true) {
    let pause = 0;
    try {
      return await recordPayments(client, request);
    } catch (error) {
      // Shortened at random, so that many senders do not return at the same moment.
      pause = Math.max(wait * (0.5 + Math.random() / 2), hints.of(error));
      if (!RETRIABLE.has(error.code) || performance.now() + pause > deadline) throw error;
      if (!told) console.error(`${grpc.status[error.code]}: ${error.details}; trying again`);
    }
    await sleep(pause);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

function connect(options) {
  const definition = protoLoader.loadSync('budgetwatch/v1/payment_service.proto', {
    includeDirs: [options.proto], keepCase: true, longs: String, enums: String, defaults: true,
  });
  const { PaymentService } = grpc.loadPackageDefinition(definition).budgetwatch.v1;
  // The channel reconnects by itself; its own pauses should not be longer than ours.
  return new PaymentService(options.server, grpc.credentials.createInsecure(), {
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': LONGEST_WAIT_MS,
  });
}

async function push(options, tally) {
  const client = connect(options);
  const hints = new RetryHints();
  try {
    for await (const batch of batches(readEvents(options.file, tally), options.batch)) {
      const request = { source: options.source, payments: batch.map(([, event]) => event) };
      const { outcomes } = await send(client, request, options.giveUpMs, hints);
      batch.forEach(([row, event], i) => tally.add(row, event, outcomes[i]));
    }
  } finally {
    client.close();
  }
}

function parseArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      server: { type: 'string', default: '127.0.0.1:7470' },
      source: { type: 'string' },
      proto: { type: 'string', default: PROTO.find(existsSync) ?? PROTO[0] },
      batch: { type: 'string', default: '500' },
      'give-up-after': { type: 'string', default: '60' },
    },
  });
  const batch = Number(values.batch);
  const seconds = Number(values['give-up-after']);
  if (positionals.length !== 1 || !values.source) throw new Error('FILE and --source are needed');
  if (!Number.isInteger(batch) || batch < 1 || batch > 10_000) {
    throw new Error('--batch must be from 1 to 10000');
  }
  if (!(seconds >= 0)) throw new Error('--give-up-after must be a number of seconds');
  return { ...values, file: positionals[0], batch, giveUpMs: seconds * 1000 };
}

async function main() {
  let options;
  try {
    options = parseArguments();
  } catch (error) {
    console.error(`${error.message}\nusage: push_payments.mjs [--server HOST:PORT] [--proto DIR] `
      + '[--batch N] [--give-up-after SECONDS] --source NAME FILE');
    return 2;
  }
  const tally = new Tally();
  let failed = false;
  try {
    await push(options, tally);
  } catch (error) {
    failed = true;
    const isCall = typeof error.code === 'number';
    console.error(isCall ? `${grpc.status[error.code]}: ${error.details}`
      : `${options.file}: ${error.message}`);
  }
  console.log(JSON.stringify(tally.counts));
  if (failed) return 1;
  return tally.counts.rejected > 0 ? 3 : 0;
}

process.exitCode = await main();
