/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transcripts of samples: blocks of them are inflated when one is asked for, and drawn with
 * the evidence marked. What came from outside is only ever made a text node. See
 * reports/html_sample.c for what they hold.
 */
'use strict';
const $ = id => document.getElementById(id);
const el = (tag, cls, ...what) => {
  const e = document.createElement(tag);
  if (cls) e.className = cls;
  e.append(...what);
  return e;
};
const push = (text, cls) => {
  const b = el('button', cls || '', text);
  b.type = 'button';
  return b;
};
const data = JSON.parse($('index').textContent);
const LETTER = 'ufpe';
const SIGN = { u: '\u2013', f: '\u2717', p: '\u2713', e: '!' };
const WORD = { u: 'unscored', f: 'failed', p: 'passed', e: 'error' };
const HELD = { u: 'unscored', f: 'not followed', p: 'followed', e: 'error' };
const collator = new Intl.Collator('en', { numeric: true });
const count = n => n < 0 ? '' : n.toLocaleString('en');
const ms = n => n < 0 ? '' : n < 1000 ? n + ' ms' :
  (n / 1000).toFixed(n < 10000 ? 2 : 1) + ' s';
const named = text => el('bdi', '', text);
const verdict = (letter, words, before) =>
  el('b', 'v' + letter, SIGN[letter] + ' ' + (before || '') + words[letter]);

/* `word` of a row's checks: the place of the constraint's name, then letters. */
const checksOf = (words, letters) => {
  const out = { ids: [], at: Array.from({ length: letters }, () => '') };
  for (const word of words ? words.split(' ') : []) {
    out.ids.push(parseInt(word, 10));
    for (let k = 0; k < letters; k++) out.at[k] += word[word.length - letters + k];
  }
  return out;
};
const passed = letters => letters.split('p').length - 1;

/* ---- transcripts ---- */

const TOO_OLD = 'This browser cannot open transcripts; Chromium 93, Firefox 113 and Safari 16.4 ' +
  'can, and all that are newer. Scores, filters and verdicts work as they are.';

const inflate = async text => {
  const packed = atob(text), bytes = new Uint8Array(packed.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = packed.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return JSON.parse(await new Response(stream).text());
};

/* The blocks of one class; `counts` says how many transcripts each has. */
class Blocks {
  constructor(cls, counts) {
    this.nodes = document.querySelectorAll('script.' + cls);
    this.first = [];
    this.kept = new Map();
    let n = 0;
    for (const some of counts) {
      this.first.push(n);
      n += some;
    }
  }
  /* The few that were used last stay open. */
  block(k) {
    let block = this.kept.get(k);
    if (!self.DecompressionStream) return Promise.reject(new Error(TOO_OLD));
    this.kept.delete(k);
    block = block || inflate(this.nodes[k].textContent);
    this.kept.set(k, block);
    if (this.kept.size > 24) this.kept.delete(this.kept.keys().next().value);
    return block;
  }
  async get(at) {
    let k = 0, end = this.first.length;
    while (end - k > 1) {
      const mid = (k + end) >> 1;
      if (this.first[mid] <= at) k = mid;
      else end = mid;
    }
    return (await this.block(k))[at - this.first[k]];
  }
}

const plain = text => typeof text === 'string' ? text :
  text.map(piece => typeof piece === 'string' ? piece : piece[0]).join('');

/* What is searched: everything of a transcript that came from outside. */
const wordsOf = t => t.t.map(said => said[0] === 'x' ? '' : plain(said[2]))
  .concat(t.c.map(c => [c[0], c[1], c[4], c[5] || ''].join('\n')), t.e || '', t.g || '')
  .join('\n').toLowerCase();
/* The prompt that was asked last, else the first reason, on one line. */
const askOf = t => {
  const asked = t.t.filter(said => said[0] === 'q').pop();
  return (asked ? plain(asked[2]) : t.c.length ? t.c[0][4] : '').slice(0, 300)
    .replace(/\s+/g, ' ');
};

const SHOWN = 20000; /* characters of a text, until more is asked for */
const PIECE = 4000;  /* a long text in pieces, so that only those in sight are laid out */

const mark = (piece, letters) => {
  const m = el('mark', piece[1].every(n => letters[n - 1] === 'p') ? 'mp' : 'mf', piece[0]);
  m.dataset.c = piece[1].join(',');
  if (piece[2].length) m.dataset.n = piece[2].map(n => n + SIGN[letters[n - 1]]).join('\u200a');
  return m;
};
/* Nodes of at most `most` characters; a cut never parts two halves of a character. */
const pieces = (text, letters, most) => {
  const out = [];
  for (const piece of typeof text === 'string' ? [text] : text) {
    const words = typeof piece === 'string' ? piece : piece[0];
    let end = Math.min(words.length, most);
    if (end < words.length && words.charCodeAt(end - 1) >> 10 === 0x36) end--;
    if (end) out.push(typeof piece === 'string' ? words.slice(0, end) :
      mark([words.slice(0, end), piece[1], piece[2]], letters));
    most -= words.length;
    if (most <= 0) break;
  }
  return out;
};
/* Plain and long: pieces that the browser may skip while they are out of sight. */
const lengthy = text => {
  const out = [];
  for (let at = 0; at < text.length;) {
    let end = Math.min(text.length, at + PIECE);
    const line = text.indexOf('\n', end - PIECE / 2);
    if (line >= 0 && line < end) end = line + 1;
    if (text.charCodeAt(end - 1) >> 10 === 0x36 && end < text.length) end++;
    out.push(el('span', 'piece', text.slice(at, end)));
    at = end;
  }
  return out;
};
/* A text with its marks, cut when it is long; `missing` bytes are not on this page. */
const textOf = (cls, text, letters, missing) => {
  const all = plain(text).length, box = el('div', 'said-box'), t = el('bdi', cls);
  t.append(...pieces(text, letters || '', SHOWN));
  box.append(t);
  if (all > SHOWN) {
    const more = push('Show all ' + count(all) + ' characters', 'all');
    more.addEventListener('click', () => {
      if (all > 10 * SHOWN) t.replaceChildren(...lengthy(plain(text)));
      else t.replaceChildren(...pieces(text, letters || '', Infinity));
      more.remove();
    });
    box.append(more);
  }
  if (missing)
    box.append(el('p', 'note', count(missing) + ' more bytes are in the run\u2019s journal.'));
  return box;
};

const HEADS = { s: 'System', G: 'Prompt, given', g: 'Answer, given', q: 'Prompt', a: 'Answer',
  x: 'Answer' };
const MISSING = { empty: 'The answer is empty.', none: 'There is no answer.',
  unknown: 'The answer is not in this run, which was made from judgments.' };
const thinkingOf = said => {
  const box = el('details', 'think'), text = plain(said[2]);
  box.append(el('summary', '', 'Thinking, ' + count(text.length) + ' characters'));
  box.addEventListener('toggle', () => {
    if (box.open && box.children.length === 1) box.append(textOf('t', text, '', said[3]));
  });
  return box;
};
/* The nodes of one thing that was said; letters are the strict verdicts. */
const saidOf = (said, letters) => {
  const [who, turn, text, missing] = said;
  if (who === 'r') return [thinkingOf(said)];
  if (who === 'i') return [el('p', 'note', 'With a picture, ', named(text), '.')];
  const head = el('h3', '', HEADS[who] + (turn ? ', turn ' + turn : ''));
  if (who === 'x')
    return [head, el('p', 'none', MISSING[text])];
  return [head, textOf('agx'.includes(who) ? 't said' : 't', text, letters, missing)];
};
const talkOf = (t, letters) => {
  const box = el('div', 'talk');
  for (const said of t.t) box.append(...saidOf(said, letters));
  if (t.e) box.append(el('p', 'none', named(t.e)));
  return box;
};

const whyOf = (before, why) => why ? [el('p', 'why', before, named(why))] : [];
/* What stands of a constraint before its verdicts. */
const wantedOf = c => {
  const out = [el('code', 'id', named(c[0]))];
  if (c[2]) out.push(' ', el('small', '', 'turn ' + (c[2] + 1)));
  if (c[3] & 1) out.push(' ', el('small', 'neg', '\u2298 negated'));
  if (c[1]) out.push(el('code', 'args', named(c[1])));
  return out;
};
const checkOf = (c, n, strict, loose) => {
  const li = el('li', '', ...wantedOf(c), el('p', 'vs', verdict(strict, HELD, 'strict: '),
    verdict(loose, HELD, 'loose: ')), ...whyOf(c[5] ? 'strict: ' : '', c[4]),
    ...whyOf('loose: ', c[5]));
  if (c[3] & 2) {
    li.dataset.c = n;
    li.tabIndex = 0;
  }
  return li;
};
const factsOf = what => el('p', 'facts', ...what.filter(Boolean).flatMap((node, at) =>
  at ? [' \u00b7 ', node] : [node]));

/* ---- evidence: pointing at a constraint shows it; a click or Enter keeps it shown ---- */

const light = (item, on) => {
  item.classList.toggle('lit', on);
  const lit = Array.from(item.parentNode.querySelectorAll('.lit[data-c]'), e => e.dataset.c);
  for (const m of item.closest('.duo').querySelectorAll('mark[data-c]'))
    m.classList.toggle('lit', m.dataset.c.split(',').some(c => lit.includes(c)));
};
const keep = item => {
  const on = item.classList.toggle('kept');
  light(item, on);
  const m = item.closest('.duo').querySelector('mark.lit');
  if (m && on) m.scrollIntoView({ block: 'nearest' });
};
const pointed = event => event.target.closest ? event.target.closest('.checks li[data-c]') : null;
for (const [name, on] of [['mouseover', true], ['focusin', true], ['mouseout', false],
  ['focusout', false]])
  document.addEventListener(name, event => {
    const item = pointed(event);
    if (item) light(item, on || item.classList.contains('kept'));
  });
document.addEventListener('click', event => {
  const item = pointed(event);
  if (item && !String(getSelection())) keep(item);
});
document.addEventListener('keydown', event => {
  const item = event.key === 'Enter' ? pointed(event) : null;
  if (item) keep(item);
});
