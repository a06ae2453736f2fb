// SPDX-License-Identifier: Apache-2.0
// An OpenAI-compatible server on 127.0.0.1 over llama.cpp, for tests and `make demo-local`.
// Answers GET /health, GET /v1/models, POST /v1/chat/completions and POST /v1/completions, plain
// and streamed.
//
//   node server.mjs MODEL.gguf PORT [--slots N] [--raw-bytes] [--with-parent]
//
// PORT 0 is a free one; the first line of output is the URL. --slots N answers N chats at a time
// (default 4), the others queue. --raw-bytes sends a model's bytes as they are, also those that are
// no UTF-8; without it they are U+FFFD, as llama-server has them. --with-parent: ends when the
// process that started it ends.
import http from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const CONTEXT = 1024;             // tokens of a chat, prompt and answer
const BODY_MAX = 1 << 20;         // bytes of a request
const FIRST_BYTE = 3;             // token of byte 0 in our models' vocabulary

const [file, port, ...flags] = process.argv.slice(2);
const slots = flags.includes('--slots') ? Number(flags[flags.indexOf('--slots') + 1]) : 4;
const rawBytes = flags.includes('--raw-bytes');
if (!file || !(Number(port) >= 0) || !(slots >= 1 && slots <= 16)) {
  console.error('usage: node server.mjs MODEL.gguf PORT [--slots N] [--raw-bytes] [--with-parent]');
  process.exit(2);
}

// What setup installed is not beside this file.
const installed = createRequire(new URL('../../build/local/package.json', import.meta.url));
const { getLlama } = await import(pathToFileURL(installed.resolve('node-llama-cpp')).href);
// One thread: llama.cpp's threads wait by spinning, which takes minutes on a busy machine.
const llama = await getLlama({ gpu: false, build: 'never', maxThreads: 1, logLevel: 'error' });
const model = await llama.loadModel({ modelPath: file });
const context = await model.createContext({ sequences: slots, contextSize: CONTEXT, threads: 1 });
const name = model.fileInfo.metadata.general.name;

// ---- slots ----

const free = Array.from({ length: slots }, () => context.getSequence());
const waiting = [];
const takeSlot = () => new Promise(take => free.length ? take(free.pop()) : waiting.push(take));
const giveSlot = slot => waiting.length ? waiting.shift()(slot) : free.push(slot);

// ---- text ----

// With --raw-bytes a string's characters are bytes, here and on the wire.
const wire = text => Buffer.from(text, rawBytes ? 'latin1' : 'utf8');
const isByte = t => t >= FIRST_BYTE && t < FIRST_BYTE + 256;
const pieceOf = t => isByte(t) ? String.fromCharCode(t - FIRST_BYTE)
  : Buffer.from(model.detokenize([t])).toString('latin1');
const textOf = tokens => rawBytes ? tokens.map(pieceOf).join('') : model.detokenize(tokens);

// The template of our models, see mkgguf.py.
function promptOf(messages) {
  const turns = messages.map(m => `<|${m.role}|>\n${m.content}\n`);
  return [model.tokens.bos, ...model.tokenize(turns.join('') + '<|assistant|>\n')];
}

const textPrompt = text => [model.tokens.bos, ...model.tokenize(text)];

// ---- chats and completions ----

// What differs: the names of things, and what a piece of text is wrapped in.
const chatWords = {
  id: 'chatcmpl', whole: 'chat.completion', part: 'chat.completion.chunk', most: 256,
  piece: text => text === null ? { delta: {} } : { delta: { content: text } },
  answer: text => ({ message: { role: 'assistant', content: text } }),
  first: { delta: { role: 'assistant', content: null } },
};
const textWords = {
  id: 'cmpl', whole: 'text_completion', part: 'text_completion', most: 16,
  piece: text => ({ text: text ?? '' }),
  answer: text => ({ text, logprobs: null }),
};

let serial = 0;

function sendJson(res, status, value) {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(wire(JSON.stringify(value)));
}

// llama.cpp's form: `code` is the status, a number.
const refuse = (res, status, type, message) =>
  sendJson(res, status, { error: { code: status, message, type } });

function faultOf(q, prompt) {
  if (prompt.length >= CONTEXT)
    return [400, 'exceed_context_size_error',
      `the request (${prompt.length} tokens) exceeds the available context size (${CONTEXT})`];
  if (q.model && q.model !== name)
    return [404, 'not_found_error', `model '${q.model}' not found`];
  return null;
}

// One chunk of a streamed reply, each an event.
function chunkWriter(res, head, words) {
  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  head = { ...head, object: words.part };
  return (choices, more = {}) =>
    res.write(wire('data: ' + JSON.stringify({ ...head, choices, ...more }) + '\n\n'));
}

// Calls told(text so far) after each token that ends a character; null when nobody listens.
async function generate(slot, prompt, q, most, gone, told) {
  const tokens = [];
  await slot.clearHistory();
  const sampling = { temperature: q.temperature ?? 0.8, topP: q.top_p ?? 0.95, seed: q.seed };
  for await (const t of slot.evaluate(prompt, sampling)) {
    if (gone())
      return null;
    tokens.push(t);
    const text = told && textOf(tokens);
    if (told && !text.endsWith('\ufffd'))
      told(text);
    if (tokens.length >= most)
      return { tokens, finish: 'length' };
  }
  return { tokens, finish: 'stop' };
}

function usageOf(prompt, answer) {
  return { prompt_tokens: prompt.length, completion_tokens: answer.tokens.length,
    total_tokens: prompt.length + answer.tokens.length };
}

async function complete(q, prompt, words, res, gone) {
  const fault = faultOf(q, prompt);
  if (fault)
    return refuse(res, ...fault);
  const most = Math.min(q.max_completion_tokens ?? q.max_tokens ?? words.most,
    CONTEXT - prompt.length);
  const created = Math.floor(Date.now() / 1000);
  const head = { id: `${words.id}-local-${++serial}`, created, model: name };
  const slot = await takeSlot();
  let sent = 0, answer, write;
  const pass = text => {
    write([{ index: 0, ...words.piece(text.slice(sent)), finish_reason: null }]);
    sent = text.length;
  };
  try {
    if (q.stream) {
      write = chunkWriter(res, head, words);
      if (words.first)
        write([{ index: 0, ...words.first, finish_reason: null }]);
    }
    answer = await generate(slot, prompt, q, most, gone, q.stream && pass);
  } finally {
    giveSlot(slot);
  }
  if (!answer)
    return;
  const text = textOf(answer.tokens), usage = usageOf(prompt, answer);
  if (!q.stream)
    return sendJson(res, 200, { ...head, object: words.whole, usage, choices: [
      { index: 0, ...words.answer(text), finish_reason: answer.finish }] });
  if (text.length > sent)
    pass(text);
  write([{ index: 0, ...words.piece(null), finish_reason: answer.finish }]);
  if (q.stream_options?.include_usage)
    write([], { usage });
  res.end('data: [DONE]\n\n');
}

async function chat(q, res, gone) {
  if (!Array.isArray(q.messages))
    return refuse(res, 400, 'invalid_request_error', "'messages' is required");
  return complete(q, promptOf(q.messages), chatWords, res, gone);
}

async function completion(q, res, gone) {
  if (typeof q.prompt !== 'string')
    return refuse(res, 400, 'invalid_request_error', "'prompt' is required");
  return complete(q, textPrompt(q.prompt), textWords, res, gone);
}

// ---- requests ----

function answerRequest(rq, res, body, gone) {
  if (rq.url === '/health')
    return sendJson(res, 200, { status: 'ok' });
  if (rq.url === '/v1/models')
    return sendJson(res, 200, { object: 'list', data: [{ id: name, object: 'model' }] });
  const way = { '/v1/chat/completions': chat, '/v1/completions': completion }[rq.url];
  if (!way || rq.method !== 'POST')
    return refuse(res, 404, 'not_found_error', 'no such path');
  let q;
  try {
    q = JSON.parse(body);
  } catch (e) {  // llama-server, too, answers 500 to this
    return refuse(res, 500, 'server_error', 'the body is not JSON: ' + e.message);
  }
  return way(q ?? {}, res, gone)
    .catch(e => res.headersSent ? res.destroy() : refuse(res, 500, 'server_error', String(e)));
}

const server = http.createServer((rq, res) => {
  const parts = [];
  let size = 0, closed = false;
  res.on('close', () => { closed = true; });
  rq.on('data', part => {
    size += part.length;
    parts.push(part);
    if (size > BODY_MAX)
      rq.destroy();
  });
  rq.on('end', () => answerRequest(rq, res, Buffer.concat(parts).toString(), () => closed));
});
server.on('error', e => { console.error(String(e)); process.exit(1); });
server.listen(Number(port), '127.0.0.1',
  () => console.log(`http://127.0.0.1:${server.address().port}`));
process.on('SIGTERM', () => process.exit(0));
if (flags.includes('--with-parent')) {
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || process.exit(0), 500);
}
