/* SPDX-License-Identifier: Apache-2.0 */
/* Light, dark, or as the system has it; kept for next time where the browser allows that. */
'use strict';
const theme = (() => {
  const KEY = 'ifbench-theme', NAMES = ['auto', 'light', 'dark'];
  const root = document.documentElement;
  let now = 'auto', button = null;
  try {
    now = localStorage.getItem(KEY) || 'auto';
  } catch (refused) { /* then each page begins anew */ }
  if (!NAMES.includes(now)) now = 'auto';

  const show = () => {
    if (now === 'auto') delete root.dataset.theme;
    else root.dataset.theme = now;
    if (button) button.lastChild.textContent = 'Theme: ' + now;
  };
  const next = () => {
    now = NAMES[(NAMES.indexOf(now) + 1) % NAMES.length];
    try {
      localStorage.setItem(KEY, now);
    } catch (refused) { /* as above */ }
    show();
  };
  show();
  addEventListener('DOMContentLoaded', () => {
    const tools = document.createElement('div'), sign = document.createElement('span');
    tools.id = 'tools';
    button = document.createElement('button');
    button.type = 'button';
    sign.className = 'half';
    button.append(sign, document.createElement('span'));
    button.addEventListener('click', next);
    tools.append(button);
    document.querySelector('header').prepend(tools);
    show();
  });
  return { next };
})();
