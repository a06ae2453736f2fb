/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sorts the tables of a leaderboard, and sifts the long ones by name. The address keeps how a
 * page looks: TABLE=COLUMN, with a minus when it falls, and q for the name.
 */
'use strict';
(() => {
  const LONG = 8;
  const collator = new Intl.Collator('en', { numeric: true });
  const tables = [...document.querySelectorAll('table.sort')];
  const state = new URLSearchParams(location.hash.includes('=') ? location.hash.slice(1) : '');
  const save = () => {
    const hash = state.toString();
    if (!hash && !location.hash.includes('=')) return;
    try {
      history.replaceState(null, '', '#' + hash);
    } catch (refused) { /* an address that may not change */ }
  };

  const said = (row, at) => row.cells[at].dataset.v ?? row.cells[at].textContent.trim();
  const compare = (a, b, sign) => {
    if (a === '' || b === '') return (a === '') - (b === '');
    return sign * (isNaN(a) || isNaN(b) ? collator.compare(a, b) : a - b);
  };
  const sort = (table, at, down) => {
    const heads = [...table.tHead.rows[0].cells];
    for (const th of heads) th.removeAttribute('aria-sort');
    heads[at].setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const rows = [...table.tBodies[0].rows];
    rows.sort((a, b) => compare(said(a, at), said(b, at), down ? -1 : 1));
    table.tBodies[0].append(...rows);
  };
  const press = (table, at) => {
    const th = table.tHead.rows[0].cells[at], was = th.getAttribute('aria-sort');
    const down = was ? was === 'ascending' : th.classList.contains('down');
    sort(table, at, down);
    state.set(tables.indexOf(table), (down ? '-' : '') + at);
    save();
  };

  const sift = (table, query, output) => {
    const rows = [...table.tBodies[0].rows];
    for (const row of rows)
      row.hidden = !row.querySelector('th').textContent.toLowerCase().includes(query);
    output.textContent = query ? rows.filter(row => !row.hidden).length + ' of ' + rows.length : '';
  };
  const addSift = table => {
    const label = document.createElement('label'), input = document.createElement('input');
    const output = document.createElement('output');
    label.className = 'sift';
    Object.assign(input, { type: 'search', autocomplete: 'off', spellcheck: false,
      value: state.get('q') || '' });
    label.append('Find ' + table.tHead.rows[0].querySelector('.key').textContent.toLowerCase(),
      input, output);
    table.parentNode.before(label);
    const now = () => sift(table, input.value.trim().toLowerCase(), output);
    input.addEventListener('input', () => {
      if (input.value) state.set('q', input.value);
      else state.delete('q');
      save();
      now();
    });
    now();
  };

  tables.forEach((table, n) => {
    const heads = [...table.tHead.rows[0].cells];
    const key = table.tBodies[0].rows[0] ? [...table.tBodies[0].rows[0].cells]
      .findIndex(cell => cell.tagName === 'TH') : -1;
    if (key >= 0) heads[key].classList.add('key');
    if (key >= 0 && table.tBodies[0].rows.length >= LONG) addSift(table);
    heads.forEach((th, at) => {
      if (th.classList.contains('chart')) return;
      const button = document.createElement('button');
      button.type = 'button';
      button.append(...th.childNodes);
      th.append(button);
      button.addEventListener('click', () => press(table, at));
    });
    const kept = state.get(n), at = Math.abs(parseInt(kept, 10));
    if (heads[at] && !heads[at].classList.contains('chart')) sort(table, at, kept[0] === '-');
  });
  document.addEventListener('keydown', event => {
    const input = document.querySelector('.sift input');
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input')) return;
    if (event.key === 't') theme.next();
    else if (event.key === '/' && input) input.focus();
    else return;
    event.preventDefault();
  });
})();
