/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of samples: filters, sorting, pages, state in the address, keys. The page's own script
 * calls list() with its columns and filters.
 */
'use strict';
/* ---- help ---- */

const helpOf = keys => {
  const box = el('dialog'), body = el('tbody');
  box.setAttribute('aria-labelledby', 'h-keys');
  const head = el('h2', '', 'Keys');
  head.id = 'h-keys';
  for (const [key, what] of keys) {
    const th = el('th', '', ...key.split(' ').flatMap((k, at) => at ? [' ', el('kbd', '', k)] :
      [el('kbd', '', k)]));
    th.scope = 'row';
    body.append(el('tr', '', th, el('td', '', what)));
  }
  const close = push('Close');
  close.addEventListener('click', () => box.close());
  box.append(head, el('table', '', body), close);
  box.addEventListener('click', event => { if (event.target === box) box.close(); });
  document.body.append(box);
  return box;
};

/* ---- the list ---- */

/*
 * What a page gives: `rows` (each has `at`, its place, `id`, `epoch`), `columns` {key, label,
 * cls, cell(row), sort(row)}, `selects` {key, label, cls, options [[value, text]], test(row,
 * value, state)}, `transcripts(row)` a promise of its transcripts, `more(row, transcripts)` the
 * node that an opened row shows, `keys` {key: [what it does, function]}, `say(state)` words
 * behind the number of rows found.
 */
const list = page => {
  const PAGE = 100, rows = page.rows;
  const state = { q: '', sort: '', down: '', page: '', open: '' };
  const fields = ['q', ...page.selects.map(s => s.key)];
  for (const key of fields) state[key] = '';
  let shown = rows, opened = new Set(), turnOf = 0;
  let words = null, reading = null, notice = ''; /* of the search */
  const columns = page.columns;

  /* -- what the page has -- */
  const form = el('form'), body = el('tbody'), table = el('table');
  const search = el('input'), clearing = push('Clear'), found = el('p');
  const nothing = el('p', 'none', 'No sample matches. ');
  const relax = push('Clear the filters', 'link');
  const back = push('Previous'), on = push('Next'), where = el('span');
  const pages = el('nav', 'pages', back, where, on);
  const box = el('div', '', table);

  const label = (text, cls, control) => {
    const l = el('label', cls, el('span', '', text), control);
    form.append(l);
  };
  const build = () => {
    form.id = 'filter';
    form.setAttribute('role', 'search');
    form.setAttribute('aria-label', 'Filter samples');
    Object.assign(search, { type: 'search', id: 'q', autocomplete: 'off', spellcheck: false,
      placeholder: 'in prompts, answers and reasons' });
    label('Search', 'wide', search);
    for (const s of page.selects) {
      const select = el('select');
      select.id = s.key;
      for (const [value, text] of [['', 'all'], ...s.options]) {
        const option = el('option', '', text);
        option.value = value;
        select.append(option);
      }
      label(s.label, s.cls || '', select);
    }
    clearing.id = 'clear';
    found.id = 'found';
    found.setAttribute('role', 'status');
    form.append(clearing, found);
    table.append(el('caption', 'away', 'Samples; the button in a row opens its transcript'),
      el('thead', '', el('tr', '', ...columns.map(headOf))), body);
    nothing.id = 'nothing';
    nothing.append(relax);
    pages.setAttribute('aria-label', 'Pages');
    where.id = 'where';
    back.id = 'back';
    on.id = 'on';
    $('list').append(form, box, nothing, pages);
  };
  const headOf = c => {
    const th = el('th', c.cls);
    th.scope = 'col';
    if (c.sort) {
      const button = push(c.label);
      button.dataset.sort = c.key;
      th.setAttribute('aria-sort', 'none');
      th.append(button);
    } else {
      th.append(c.label);
    }
    return th;
  };

  /* -- state, kept in the address -- */
  const fillIn = () => {
    for (const key of fields) $(key).value = state[key];
    for (const s of page.selects)
      if ($(s.key).selectedIndex < 0) $(s.key).value = state[s.key] = '';
  };
  const readHash = () => {
    const given = new URLSearchParams(location.hash.includes('=') ? location.hash.slice(1) : '');
    for (const key of Object.keys(state)) state[key] = given.get(key) || '';
    fillIn();
    const row = rows[parseInt(state.open, 10) - 1];
    opened = new Set(row ? [row] : []);
  };
  const writeHash = () => {
    const out = new URLSearchParams();
    for (const key of Object.keys(state)) if (state[key]) out.set(key, state[key]);
    const hash = out.toString();
    if (!hash && !location.hash.includes('=')) return;
    try {
      history.replaceState(null, '', '#' + hash);
    } catch (refused) { /* an address that may not change: the state lives in the page alone */ }
  };

  /* -- filtering and sorting -- */
  /* Lower-case words of every row; all transcripts are opened once for it. */
  const readWords = async () => {
    const all = [];
    for (const row of rows) {
      if (row.at % 500 === 0) found.textContent = 'Reading the transcripts: ' +
        Math.floor(100 * row.at / rows.length) + ' %';
      const t = await page.transcripts(row);
      all.push(row.id.toLowerCase() + '\n' + t.map(one => one ? wordsOf(one) : '').join('\n'));
    }
    return all;
  };
  const compare = (a, b) => typeof a === 'string' ? collator.compare(a, b) : a - b;
  const choose = () => {
    const query = state.q.trim().toLowerCase();
    const tests = page.selects.filter(s => state[s.key]);
    shown = rows.filter(row => tests.every(s => s.test(row, state[s.key], state)) &&
      (!query || words[row.at].includes(query)));
    const column = columns.find(c => c.sort && c.key === state.sort);
    if (!column) return;
    const sign = state.down ? -1 : 1;
    shown = shown.map(row => [column.sort(row), row])
      .sort((a, b) => sign * compare(a[0], b[0]) || a[1].at - b[1].at).map(pair => pair[1]);
  };

  /* -- rows -- */
  const drawMore = async (row, tr) => {
    const under = el('tr', 'under'), td = el('td', 'more', el('p', 'none', 'Opening\u2026'));
    under.id = 'more-' + row.at;
    /* Narrow screens hide columns. */
    td.colSpan = Array.from(table.tHead.rows[0].cells).filter(th => th.offsetWidth).length;
    under.append(td);
    tr.after(under);
    try {
      td.replaceChildren(page.more(row, await page.transcripts(row)));
    } catch (error) {
      td.replaceChildren(el('p', 'none', error.message));
    }
  };
  const toggle = (row, tr) => {
    const button = tr.querySelector('.open');
    const open = button.getAttribute('aria-expanded') !== 'true';
    button.setAttribute('aria-expanded', open);
    tr.classList.toggle('on', open);
    if (open) {
      opened.add(row);
      drawMore(row, tr);
    } else {
      opened.delete(row);
      tr.nextElementSibling.remove();
    }
    state.open = open ? String(row.at + 1) : '';
    writeHash();
  };
  const drawRow = row => {
    const tr = el('tr', 'row');
    for (const c of columns) tr.append(el('td', c.cls, ...[c.cell(row)].flat()));
    const button = tr.querySelector('.open');
    button.setAttribute('aria-expanded', 'false');
    button.setAttribute('aria-controls', 'more-' + row.at);
    tr.addEventListener('click', event => {
      if (event.target.closest('.open') || !String(getSelection())) toggle(row, tr);
    });
    return tr;
  };
  /* Prompts are in the transcripts: they come when these are opened. */
  const drawAsks = async (some, turn) => {
    for (const [row, cell] of some) {
      if (row.ask === undefined)
        row.ask = (await page.transcripts(row).catch(() => [])).filter(Boolean).map(askOf)[0] || '';
      if (turn !== turnOf) return;
      cell.textContent = row.ask;
    }
  };

  const draw = () => {
    const n = Math.max(1, Math.ceil(shown.length / PAGE));
    const now = Math.min(Math.max(1, parseInt(state.page, 10) || 1), n);
    const from = (now - 1) * PAGE, some = shown.slice(from, from + PAGE), asks = [];
    state.page = now > 1 ? String(now) : '';
    table.hidden = !some.length;
    const drawn = some.map(drawRow);
    body.replaceChildren(...drawn);
    some.forEach((row, at) => {
      const ask = drawn[at].querySelector('.c-q bdi');
      if (ask) asks.push([row, ask]);
      if (!opened.has(row)) return;
      drawn[at].querySelector('.open').setAttribute('aria-expanded', 'true');
      drawn[at].classList.add('on');
      drawMore(row, drawn[at]);
    });
    drawAsks(asks, ++turnOf);
    for (const th of table.querySelectorAll('th[aria-sort]'))
      th.setAttribute('aria-sort', th.firstChild.dataset.sort !== state.sort ? 'none' :
        state.down ? 'descending' : 'ascending');
    found.textContent = shown.length === rows.length ?
      count(rows.length) + (rows.length === 1 ? ' sample' : ' samples') :
      count(shown.length) + ' of ' + count(rows.length) + ' samples';
    nothing.hidden = some.length > 0;
    relax.hidden = !fields.some(key => state[key]);
    nothing.firstChild.textContent = rows.length ? 'No sample matches. ' :
      'There are no samples.';
    pages.hidden = n < 2;
    where.textContent = count(from + 1) + ' to ' + count(from + some.length) + ' of ' +
      count(shown.length);
    back.disabled = now === 1;
    on.disabled = now === n;
    clearing.disabled = relax.hidden;
  };
  let wanted = 0;
  const update = async () => {
    const mine = ++wanted;
    writeHash();
    if (state.q.trim() && !words) {
      try {
        words = await (reading = reading || readWords());
      } catch (error) {
        words = rows.map(row => row.id.toLowerCase());
        notice = error.message;
      }
      if (mine !== wanted) return;
    }
    choose();
    draw();
    if (state.q && notice) found.append('. Only ids are searched. ' + notice);
    writeHash();
  };
  const refilter = () => {
    state.page = state.open = '';
    opened.clear();
    return update();
  };

  /* -- controls -- */
  let timer = 0;
  const clear = () => {
    clearTimeout(timer);
    for (const key of fields) state[key] = '';
    fillIn();
  };
  const turn = by => {
    state.page = String((parseInt(state.page, 10) || 1) + by);
    update();
    form.scrollIntoView();
  };
  const focusOn = button => {
    if (!button) return;
    button.focus({ preventScroll: true });
    button.closest('tr').scrollIntoView({ block: 'nearest' });
  };
  const step = by => {
    const all = Array.from(body.querySelectorAll('.open'));
    const tr = document.activeElement.closest('#list tbody tr');
    const head = tr && tr.classList.contains('under') ? tr.previousElementSibling : tr;
    const at = head ? all.indexOf(head.querySelector('.open')) + by : by > 0 ? 0 : -1;
    if (at >= all.length && !on.disabled && !pages.hidden) turn(1);
    else if (at < 0 && head && !back.disabled && !pages.hidden) turn(-1);
    else return focusOn(all[Math.max(0, at)]);
    const now = body.querySelectorAll('.open');
    focusOn(now[by > 0 ? 0 : now.length - 1]);
  };
  const escape = () => {
    const under = document.activeElement.closest('.under');
    const tr = under ? under.previousElementSibling : document.activeElement.closest('.row.on');
    if (!tr) return;
    tr.querySelector('.open').click();
    focusOn(tr.querySelector('.open'));
  };
  const keys = { j: ['next sample', () => step(1)], k: ['previous sample', () => step(-1)],
    n: ['next page', () => { if (!pages.hidden && !on.disabled) turn(1); }],
    p: ['previous page', () => { if (!pages.hidden && !back.disabled) turn(-1); }],
    '/': ['search', () => search.focus()], c: ['clear the filters', () => { clear(); refilter(); }],
    ...page.keys, t: ['light, dark or automatic', theme.next],
    '?': ['these keys', () => help.showModal()] };
  const help = helpOf([...Object.entries(keys).map(([key, what]) => [key, what[0]]),
    ['\u2193 \u2191', 'next or previous, in the list'], ['Enter', 'open or close the sample'],
    ['Esc', 'leave the search, close the sample']]);
  const press = event => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const typing = event.target.matches('input, select, textarea');
    const arrow = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape' && event.target === search) search.blur();
    else if (event.key === 'Escape') escape();
    else if (arrow && event.target.matches('.open')) step(arrow);
    else if (!typing && Object.hasOwn(keys, event.key)) keys[event.key][1]();
    else return;
    if (event.key !== 'Escape') event.preventDefault();
  };
  const listen = () => {
    search.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(() => { state.q = search.value; refilter(); }, 150);
    });
    for (const s of page.selects) $(s.key).addEventListener('change', () => {
      state[s.key] = $(s.key).value;
      refilter();
    });
    clearing.addEventListener('click', () => { clear(); refilter(); search.focus(); });
    relax.addEventListener('click', () => { clear(); refilter(); search.focus(); });
    form.addEventListener('submit', event => event.preventDefault());
    table.tHead.addEventListener('click', event => {
      const key = event.target.dataset.sort, column = columns.find(c => c.key === key);
      if (!key) return;
      /* Numbers begin with the highest, words with the first, a third click ends it. */
      const first = column.down ? '1' : '';
      if (state.sort !== key) [state.sort, state.down] = [key, first];
      else if (state.down === first) state.down = first ? '' : '1';
      else state.sort = state.down = '';
      state.page = '';
      update();
    });
    back.addEventListener('click', () => turn(-1));
    on.addEventListener('click', () => turn(1));
    document.addEventListener('keydown', press);
    /* The heads of columns stay below the filters, however many lines these take. */
    new ResizeObserver(() => $('list').style.setProperty('--under', form.offsetHeight + 'px'))
      .observe(form);
    addEventListener('resize', () => {
      const n = Array.from(table.tHead.rows[0].cells).filter(th => th.offsetWidth).length;
      for (const td of table.querySelectorAll('.more')) td.colSpan = n;
    });
    addEventListener('hashchange', () => { readHash(); update(); });
    const button = push('Keys');
    button.setAttribute('aria-haspopup', 'dialog');
    button.addEventListener('click', () => help.showModal());
    addEventListener('DOMContentLoaded', () => $('tools').prepend(button));
  };

  build();
  listen();
  $('wait').remove();
  readHash();
  if (!state.q) choose();
  if (state.open && rows[state.open - 1] && !state.page) {
    const at = shown.indexOf(rows[state.open - 1]);
    if (at >= 0) state.page = String(Math.floor(at / PAGE) + 1);
  }
  if (state.q) update();
  else draw();

  /* Numbers elsewhere on the page lead to the samples that they count. */
  const lead = (node, set) => {
    const button = push('', 'link');
    button.append(...node.childNodes);
    node.append(button);
    button.addEventListener('click', () => {
      clear();
      Object.assign(state, set);
      fillIn();
      refilter();
      $('samples').scrollIntoView();
      search.focus({ preventScroll: true });
    });
  };
  return { lead, state, update };
};

/* ---- what both pages filter by ---- */

const choices = names => names.map(name => [name, name]).filter(pair => pair[0])
  .sort((a, b) => collator.compare(a[0], b[0]));
const openOf = row => {
  const button = push('', 'open');
  button.append(named(row.id + (row.epoch ? ' #' + (row.epoch + 1) : '')));
  return button;
};
/* Names without the beginning that all share, up to a sign that parts it from the rest. */
const shortOf = names => {
  let n = 0;
  while (names.every(name => n < name.length && name[n] === names[0][n])) n++;
  while (n && !'/#:@'.includes(names[0][n - 1])) n--;
  return names.map(name => name.slice(n) || name);
};
/* A column for suites or models, where there are several; row[key] is its place. */
const nameColumn = (key, label, cls, names) => {
  const short = names.length < 2 ? [] : shortOf(names);
  const cell = row => {
    const shown = named(short[row[key]] || '');
    shown.title = names[row[key]] || '';
    return shown;
  };
  return short.length ? [{ key, label, cls, cell, sort: row => names[row[key]] || '' }] : [];
};
const nameSelect = (key, member, label, names) => names.length < 2 ? [] : [{ key, label,
  options: choices([...new Set(names)]), test: (row, value) => names[row[member]] === value }];
