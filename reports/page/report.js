/* SPDX-License-Identifier: Apache-2.0 */
/* What report.html shows of a sample; rows and transcripts are as in reports/html_sample.c. */
'use strict';
(() => {
  const blocks = new Blocks('b', data.blocks);
  let transcripts = 0;
  const rows = data.rows.map((r, at) => {
    const checks = checksOf(r[7], 2), [strict, loose] = checks.at;
    return { at, id: r[0], suite: r[1], model: r[2], epoch: r[3], letter: LETTER[r[4]],
      tokens: r[5], latency: r[6], ids: checks.ids, strict, loose, nstrict: passed(strict),
      nloose: passed(loose), transcript: r.length > 8 ? -1 : transcripts++ };
  });

  /* Constraints of a row that the other filter lets through. */
  const some = (row, state, holds) => {
    const wanted = state.i ? data.ids.indexOf(state.i) : -1;
    return row.ids.some((id, k) => (!state.i || id === wanted) && (!holds ||
      (holds === 'd' ? row.strict[k] !== row.loose[k] : row.strict[k] === holds)));
  };
  const share = (k, row) => row.ids.length ? k / row.ids.length : -1;
  const looseCell = row => {
    const text = row.nloose + ' / ' + row.ids.length;
    if (row.strict === row.loose) return text;
    const sign = el('span', 'differ', '\u2260');
    sign.title = 'strict and loose differ';
    return [sign, ' ', text];
  };

  const more = (row, [t]) => {
    if (!t)
      return el('p', 'none', 'To keep this file small, this transcript was left out; it is in ' +
        'the run\u2019s folder. ' + row.nstrict + ' of ' + row.ids.length +
        ' constraints followed.');
    const side = el('div', 'checks', el('h3', '', 'Constraints')), ol = el('ol');
    t.c.forEach((c, k) => ol.append(checkOf(c, k + 1, row.strict[k], row.loose[k])));
    side.append(t.c.length ? ol : el('p', 'none', 'None.'),
      factsOf([named(data.suites[row.suite] || ''), named(data.models[row.model] || ''),
        t.g && named(t.g), t.n >= 0 && count(t.n) + ' tokens in',
        row.tokens >= 0 && count(row.tokens) + ' tokens out', ms(row.latency), t.f]));
    return el('div', 'duo', talkOf(t, row.strict), side);
  };

  const page = list({
    rows,
    transcripts: async row => row.transcript < 0 ? [null] : [await blocks.get(row.transcript)],
    more,
    keys: {},
    columns: [
      { key: 'verdict', label: 'Verdict', cls: 'c-v', cell: row => verdict(row.letter, WORD),
        sort: row => 'feup'.indexOf(row.letter) },
      { key: 'id', label: 'Sample', cls: 'c-id', cell: openOf, sort: row => row.id },
      ...nameColumn('suite', 'Suite', 'c-s', data.suites),
      ...nameColumn('model', 'Model', 'c-m', data.models),
      { label: 'Prompt', cls: 'c-q', cell: () => named('') },
      { key: 'strict', label: 'Strict', cls: 'num c-k',
        cell: row => row.nstrict + ' / ' + row.ids.length, sort: row => share(row.nstrict, row) },
      { key: 'loose', label: 'Loose', cls: 'num c-k', cell: looseCell,
        sort: row => share(row.nloose, row) },
      ...(rows.some(row => row.tokens >= 0) ? [{ key: 'tokens', label: 'Tokens',
        cls: 'num c-t', down: true, cell: row => count(row.tokens),
        sort: row => row.tokens }] : []),
      ...(rows.some(row => row.latency > 0) ? [{ key: 'latency', label: 'Time',
        cls: 'num c-t', down: true, cell: row => ms(row.latency), sort: row => row.latency }] : [])
    ],
    selects: [
      { key: 'v', label: 'Sample', options: [['f', '\u2717 failed'], ['p', '\u2713 passed'],
        ['e', '! error'], ['u', '\u2013 unscored'], ['d', '\u2260 strict and loose differ']],
        test: (row, value) => value === 'd' ? row.strict !== row.loose : row.letter === value },
      { key: 'i', label: 'Constraint', cls: 'mid', options: choices(data.ids),
        test: (row, value, state) => some(row, state, '') },
      { key: 'c', label: 'which is', options: [['f', '\u2717 not followed'],
        ['p', '\u2713 followed'], ['e', '! error'], ['u', '\u2013 unscored'],
        ['d', '\u2260 strict and loose differ']],
        test: (row, value, state) => some(row, state, value) },
      ...nameSelect('s', 'suite', 'Suite', data.suites),
      ...nameSelect('m', 'model', 'Model', data.models)
    ]
  });

  for (const node of document.querySelectorAll('code[data-i]'))
    page.lead(node, { i: data.ids[node.dataset.i] });
  for (const node of document.querySelectorAll('main > section > .legend > li[data-v]'))
    if (node.dataset.v !== 'w' && !node.classList.contains('zero'))
      page.lead(node, { v: node.dataset.v });
})();
