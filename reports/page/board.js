/* SPDX-License-Identifier: Apache-2.0 */
'use strict';
const collator = new Intl.Collator(undefined, { numeric: true });
const said = (row, at) => row.cells[at].dataset.v ?? row.cells[at].textContent.trim();
function compare(a, b, sign) {
  if (a === '' || b === '') return (a === '') - (b === '');
  return sign * (isNaN(a) || isNaN(b) ? collator.compare(a, b) : a - b);
}
function sort(table, at) {
  const heads = [...table.tHead.rows[0].cells], was = heads[at].getAttribute('aria-sort');
  const down = was ? was === 'ascending' : heads[at].classList.contains('down');
  for (const th of heads) th.removeAttribute('aria-sort');
  heads[at].setAttribute('aria-sort', down ? 'descending' : 'ascending');
  const rows = [...table.tBodies[0].rows];
  rows.sort((a, b) => compare(said(a, at), said(b, at), down ? -1 : 1));
  table.tBodies[0].append(...rows);
}
for (const table of document.querySelectorAll('table.sort'))
  [...table.tHead.rows[0].cells].forEach((th, at) => {
    if (th.classList.contains('chart')) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...th.childNodes);
    th.append(button);
    button.addEventListener('click', () => sort(table, at));
  });
