/* SPDX-License-Identifier: Apache-2.0 */
/* Two answers to one item, side by side; rows are as in reports/compare_page.c. */
'use strict';

/* ---- which words differ ---- */

/* Beyond, all between the first and the last difference counts as changed. */
const EDITS_MAX = 1200, WORDS_MAX = 20000;

/*
 * The steps of a shortest way from a to b, by E. Myers's O(ND) algorithm (1986): runs
 * [kind, from, to] where 0 is in both (places of a), 1 only in a, 2 only in b. Null: too far.
 */
const stepsOf = (a, b) => {
  const n = a.length, m = b.length, trail = [];
  let reach = null; /* [k + d + 1]: how far along a diagonal k came with an edit less */
  for (let d = 0; d <= EDITS_MAX; d++) {
    const next = new Int32Array(2 * d + 5).fill(-1);
    for (let k = -d; k <= d; k += 2) {
      const down = d && (k === -d || (k !== d && reach[k + d] < reach[k + d + 2]));
      let x = d ? (down ? reach[k + d + 2] : reach[k + d] + 1) : 0;
      while (x < n && x - k < m && a[x] === b[x - k]) x++;
      next[k + d + 2] = x;
      if (x >= n && x - k >= m) {
        trail.push(next);
        return walkBack(trail, n, m);
      }
    }
    trail.push(next);
    reach = next;
  }
  return null;
};
/* trail[d][k + d + 2] is where d edits came to on diagonal k. */
const walkBack = (trail, n, m) => {
  const steps = [];
  let x = n, y = m;
  for (let d = trail.length - 1; d >= 0; d--) {
    const at = (e, k) => Math.abs(k) > e ? -1 : trail[e][k + e + 2], k = x - y;
    let px = 0, py = 0;
    if (d) {
      const down = k === -d || (k !== d && at(d - 1, k - 1) < at(d - 1, k + 1));
      px = at(d - 1, down ? k + 1 : k - 1);
      py = px - (down ? k + 1 : k - 1);
      const sx = down ? px : px + 1;
      if (x > sx) steps.push([0, sx, x]);
      steps.push(down ? [2, py, py + 1] : [1, px, px + 1]);
    } else if (x) {
      steps.push([0, 0, x]);
    }
    [x, y] = [px, py];
  }
  return steps.reverse();
};
const wordsIn = text => text.match(/[\p{L}\p{N}\p{M}_]+|\s+|[^]/gu) || [];
/* Nodes for both sides: what only one has stands in <del> and <ins>. */
const differencesOf = (base, cand) => {
  const a = wordsIn(base), b = wordsIn(cand);
  let start = 0, end = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  while (end < a.length - start && end < b.length - start &&
    a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const x = a.slice(start, a.length - end), y = b.slice(start, b.length - end);
  const steps = (x.length + y.length <= WORDS_MAX && stepsOf(x, y)) ||
    [[1, 0, x.length], [2, 0, y.length]];
  const sides = [[a.slice(0, start).join('')], [b.slice(0, start).join('')]];
  const add = (side, tag, text) => {
    const last = sides[side][sides[side].length - 1];
    if (!text) return;
    if (tag && last.nodeName === tag) last.textContent += text;
    else sides[side].push(tag ? el(tag, '', text) : text);
  };
  for (const [kind, from, to] of steps) {
    if (kind !== 2) add(0, kind ? 'DEL' : '', x.slice(from, to).join(''));
    if (kind !== 1) add(1, kind ? 'INS' : '', kind ? y.slice(from, to).join('') :
      x.slice(from, to).join(''));
  }
  add(0, '', a.slice(a.length - end).join(''));
  add(1, '', b.slice(b.length - end).join(''));
  return sides;
};

/* ---- the page ---- */

(() => {
  const sides = [new Blocks('b', data.base), new Blocks('c', data.cand)];
  const CHANGE = { r: ['vf', '\u25bc regressed'], f: ['vp', '\u25b2 fixed'],
    n: ['vu', '\u2717 in neither'], p: ['vw', '\u2713 in both'], u: ['ve', '\u2013 unscored'] };
  let marking = false; /* differences in place of evidence */

  const changeOf = (base, cand) => base === 'u' || cand === 'u' ? 'u' :
    base === 'p' ? cand === 'p' ? 'p' : 'r' : cand === 'p' ? 'f' : 'n';
  const rows = data.rows.map((r, at) => {
    const checks = checksOf(r[5], 4), outcomes = [LETTER[r[3]], LETTER[r[4]]];
    return { at, id: r[0], cell: r[1], epoch: r[2], outcomes, change: changeOf(...outcomes),
      ids: checks.ids, strict: [checks.at[0], checks.at[2]], loose: [checks.at[1], checks.at[3]],
      places: [r[6], r[7]], tokens: [r[8], r[9]] };
  });
  /* What changed is what people came for. */
  rows.sort((a, b) => 'rfnpu'.indexOf(a.change) - 'rfnpu'.indexOf(b.change) || a.at - b.at)
    .forEach((row, at) => { row.at = at; });

  /* ---- an opened row ---- */
  const BEFORE = 'sGgqi';
  /* How many things both were told before they answered. */
  const sharedOf = (a, b) => {
    let n = 0;
    while (n < a.t.length && n < b.t.length && BEFORE.includes(a.t[n][0]) &&
      JSON.stringify(a.t[n]) === JSON.stringify(b.t[n])) n++;
    return n;
  };
  const answersOf = t => t.t.filter(said => said[0] === 'a');
  const sideOf = (row, t, k, from, differences) => {
    const box = el('div', 'side');
    box.append(el('h3', 'which', k ? 'Candidate ' : 'Base ', verdict(row.outcomes[k], WORD),
      row.tokens[k] >= 0 ? ' \u00b7 ' + count(row.tokens[k]) + ' tokens' : ''));
    if (!t) {
      box.append(el('p', 'none', 'There is no answer of this side.'));
      return box;
    }
    let n = 0;
    for (const said of t.t.slice(from)) {
      const nodes = saidOf(said, row.strict[k]);
      if (said[0] === 'a' && differences && differences[n])
        nodes[1].querySelector('.t').replaceChildren(...differences[n][k]);
      if (said[0] === 'a') n++;
      box.append(...nodes);
    }
    if (t.e) box.append(el('p', 'none', named(t.e)));
    return box;
  };
  const both = (before, a, b) => el('span', 'turned', el('small', '', before + ' '),
    verdict(a, HELD), ' \u2192 ', verdict(b, HELD));
  const checkOfBoth = (row, ts, k) => {
    const c = (ts[1] || ts[0]).c[k], why = ts.map(t => t && t.c[k] ? t.c[k][4] : '');
    const [sb, sc] = row.strict.map(s => s[k]), [lb, lc] = row.loose.map(s => s[k]);
    const li = el('li', '', ...wantedOf(c));
    const vs = el('p', 'vs', both('strict', sb, sc));
    if (lb !== sb || lc !== sc) vs.append(both('loose', lb, lc));
    li.append(vs, ...(why[0] === why[1] ? whyOf('', why[0]) :
      [...whyOf('base: ', why[0]), ...whyOf('candidate: ', why[1])]));
    if (ts.some(t => t && t.c[k] && t.c[k][3] & 2)) {
      li.dataset.c = k + 1;
      li.tabIndex = 0;
    }
    return li;
  };
  const fill = (box, row, ts) => {
    const shared = ts[0] && ts[1] ? sharedOf(...ts) : 0, one = ts[1] || ts[0];
    const answers = ts.map(t => t ? answersOf(t).map(said => plain(said[2])) : []);
    const differences = !marking ? null : answers[0].map((text, n) =>
      answers[1][n] === undefined ? null : differencesOf(text, answers[1][n]));
    const talk = el('div', 'talk'), pair = el('div', 'pair');
    const modes = el('p', 'modes'), ol = el('ol');
    for (const said of one.t.slice(0, shared)) talk.append(...saidOf(said, ''));
    for (const [on, text] of [[false, 'Evidence'], [true, 'Differences']]) {
      const button = push(text);
      button.setAttribute('aria-pressed', marking === on);
      button.addEventListener('click', () => {
        marking = on;
        fill(box, row, ts);
        box.querySelectorAll('.modes button')[on ? 1 : 0].focus();
      });
      modes.append(button);
    }
    if (answers[0].length && answers[1].length) talk.append(modes);
    ts.forEach((t, k) => pair.append(sideOf(row, t, k, shared, differences)));
    for (let k = 0; k < one.c.length; k++) ol.append(checkOfBoth(row, ts, k));
    box.replaceChildren(talk, pair, el('div', 'checks', el('h3', '', 'Constraints'), ol));
  };
  const more = (row, ts) => {
    if (!ts[0] && !ts[1])
      return el('p', 'none', row.places[0] < 0 && row.places[1] < 0 ?
        'To keep this file small, these transcripts were left out; they are in the runs\u2019 ' +
        'folders.' : 'There is no transcript.');
    const box = el('div', 'duo both');
    fill(box, row, ts);
    return box;
  };

  /* ---- the list ---- */
  const some = (row, state, holds) => {
    const wanted = state.i ? data.ids.indexOf(state.i) : -1, [b, c] = row.strict;
    const is = { l: k => b[k] === 'p' && c[k] !== 'p', w: k => b[k] !== 'p' && c[k] === 'p',
      p: k => b[k] === 'p' && c[k] === 'p', n: k => b[k] !== 'p' && c[k] !== 'p' }[holds];
    return row.ids.some((id, k) => (!state.i || id === wanted) && (!is || is(k)));
  };
  const share = (row, k) => row.ids.length ? passed(row.strict[k]) / row.ids.length : -1;
  const held = (row, k) => passed(row.strict[k]) + ' / ' + row.ids.length;
  const grown = row => row.tokens[0] < 0 || row.tokens[1] < 0 ? NaN :
    row.tokens[1] - row.tokens[0];
  const signed = n => isNaN(n) ? '' : n < 0 ? '\u2212' + count(-n) : n ? '+' + count(n) : '0';
  const suites = data.cells.map(cell => cell[0]);
  const models = data.cells.map(cell => cell[1] === cell[2] ? cell[1] : cell[1] + ' \u2192 ' +
    cell[2]);
  const several = (at, names) => new Set(names).size > 1 ? at : [];

  const page = list({
    rows,
    transcripts: row => Promise.all(row.places.map((at, k) => at < 0 ? null : sides[k].get(at))),
    more,
    keys: { d: ['evidence or differences', () => {
      const modes = document.querySelectorAll('.under .modes button');
      if (modes.length) modes[marking ? 0 : 1].click();
    }] },
    columns: [
      { key: 'change', label: 'Change', cls: 'c-v c-w', sort: row => 'rfnpu'.indexOf(row.change),
        cell: row => el('b', ...CHANGE[row.change]) },
      { key: 'id', label: 'Sample', cls: 'c-id', cell: openOf, sort: row => row.id },
      ...several(nameColumn('cell', 'Suite', 'c-s', suites), suites),
      ...several(nameColumn('cell', 'Models', 'c-m', models), models),
      { label: 'Prompt', cls: 'c-q', cell: () => named('') },
      { key: 'base', label: 'Base', cls: 'num c-k', cell: row => held(row, 0),
        sort: row => share(row, 0) },
      { key: 'cand', label: 'Cand.', cls: 'num c-k', cell: row => held(row, 1),
        sort: row => share(row, 1) },
      ...(rows.some(row => !isNaN(grown(row))) ? [{ key: 'tokens', label: 'Tokens',
        cls: 'num c-t', down: true, cell: row => signed(grown(row)),
        sort: row => isNaN(grown(row)) ? -Infinity : grown(row) }] : [])
    ],
    selects: [
      { key: 'v', label: 'Sample', options: [...Object.entries(CHANGE)
        .map(([key, [, text]]) => [key, text]), ['c', '\u21c4 regressed or fixed']],
        test: (row, value) => value === 'c' ? 'rf'.includes(row.change) : row.change === value },
      { key: 'i', label: 'Constraint', cls: 'mid', options: choices(data.ids),
        test: (row, value, state) => some(row, state, '') },
      { key: 'c', label: 'which is', options: [['l', '\u25bc lost'], ['w', '\u25b2 won'],
        ['n', '\u2717 followed by neither'], ['p', '\u2713 followed by both']],
        test: (row, value, state) => some(row, state, value) },
      ...several(nameSelect('s', 'cell', 'Suite', suites), suites),
      ...several(nameSelect('m', 'cell', 'Models', models), models)
    ]
  });

  for (const node of document.querySelectorAll('code[data-i]'))
    page.lead(node, { i: data.ids[node.dataset.i] });
  document.querySelectorAll('.compared').forEach((section, at) => {
    for (const node of section.querySelectorAll('.legend > li[data-v]:not(.zero)'))
      page.lead(node, { v: node.dataset.v, ...(data.cells.length < 2 ? {} :
        { ...(new Set(suites).size > 1 ? { s: suites[at] } : {}),
          ...(new Set(models).size > 1 ? { m: models[at] } : {}) }) });
  });
})();
