// SPDX-License-Identifier: Apache-2.0
// The pages that ifbench writes, in a real browser, from file://. Prints "pass NAME" and
// "fail NAME" with lines of why. usage: node pages.mjs DIR NODE_MODULES [PATTERN of names]
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { hostile, LONG } from './make.mjs';

const [, , dir, modules, only = ''] = process.argv;
const require = createRequire(path.resolve(modules) + '/');
const { chromium } = require('playwright-core');
const axe = require('axe-core');

const site = fs.readdirSync(dir + '/site').filter(name => name.endsWith('.html'));
const PAGES = {
  report: 'base/report.html',
  diff: 'diff.html',
  board: 'site/index.html',
  suite: 'site/' + site.find(name => name.startsWith('suite-')),
  model: 'site/' + site.find(name => name.startsWith('model-'))
};
const WIDTHS = { wide: [1280, 900], narrow: [400, 800] };
const FOUND = /^(?:([\d,]+) of )?([\d,]+) samples?/;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'] });

/* ---- a tab that keeps a list of what must not happen ---- */

const open = async (page, { width = 'wide', hash = '', before, ...options } = {}) => {
  const [w, h] = WIDTHS[width];
  const context = await browser.newContext({ viewport: { width: w, height: h }, ...options });
  const tab = await context.newPage(), wrong = [];
  await context.route('**/*', route => {
    const url = route.request().url();
    if (/^(file:|data:image\/svg)/.test(url)) return route.continue();
    wrong.push('a request left: ' + url.slice(0, 80));
    return route.abort();
  });
  tab.on('console', message => {
    if (['error', 'warning'].includes(message.type())) wrong.push('console: ' + message.text());
  });
  tab.on('pageerror', error => wrong.push('error: ' + error.message));
  tab.on('dialog', dialog => {
    wrong.push('a dialog: ' + dialog.message());
    dialog.dismiss();
  });
  if (before) await tab.addInitScript(before);
  await tab.goto('file://' + dir + '/' + PAGES[page] + hash);
  return { tab, wrong, context };
};
const expect = (what, have, want) => {
  if (JSON.stringify(have) !== JSON.stringify(want))
    throw new Error(`${what}: got ${JSON.stringify(have)}, wanted ${JSON.stringify(want)}`);
};
const holds = (what, truth) => {
  if (!truth) throw new Error(what);
};

/* A test of a page at some widths; whatever else it looks at, nothing wrong may happen. */
const tests = [];
const test = (name, page, body, options = {}) => {
  for (const width of options.widths || Object.keys(WIDTHS))
    tests.push([`${page}, ${width}: ${name}`, async () => {
      const { tab, wrong, context } = await open(page, { ...options, width });
      try {
        await body(tab, width, wrong);
        if (options.javaScriptEnabled !== false)
          expect('pwned', await tab.evaluate(() => globalThis.pwned === undefined), true);
        expect('what went wrong', wrong, []);
      } finally {
        await context.close();
      }
    }]);
};

/* ---- helpers inside pages ---- */

const found = async tab => {
  const [, some, all] = FOUND.exec(await tab.textContent('#found'));
  return [some || all, all].map(n => Number(n.replace(',', '')));
};
const cells = (tab, cls) => tab.$$eval('#list tbody .row .' + cls,
  all => all.map(td => td.textContent.trim()));
const index = tab => tab.evaluate(() => JSON.parse(document.getElementById('index').textContent));
const openRow = async (tab, text) => {
  await tab.locator('#list .open', { hasText: text }).first().click();
  await tab.locator('.under .duo').first().waitFor();
};
const fits = async tab => expect('wider than the window',
  await tab.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
const violations = async tab => {
  await tab.evaluate(() => Promise.all(document.getAnimations().map(a => a.finished)));
  expect('axe', await tab.evaluate(async () => {
    const { violations: all } = await axe.run(document, { resultTypes: ['violations'] });
    return all.filter(v => ['serious', 'critical'].includes(v.impact))
      .map(v => [v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 120))]);
  }), []);
};
/* From 0, black, to 255. */
const brightness = (tab, property = 'backgroundColor') => tab.evaluate(p =>
  getComputedStyle(document.body)[p].match(/\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0) / 3,
  property);
/* Fewer rows: each is looked at. */
const FEW = { report: '#i=keywords%3Aexistence&v=f', diff: '#v=r' };
const AXE = page => ({ before: axe.source, hash: FEW[page] });

/* ---- every page ---- */

for (const page of Object.keys(PAGES)) {
  test('opens without an error, and nothing is cut off', page, async tab => {
    holds('no heading', await tab.textContent('h1'));
    expect('numbers', await tab.locator('td.num').count() > 3, true);
    await fits(tab);
    expect('foreign elements', await tab.locator('img:not(.plots img), iframe, object, embed, ' +
      'link, base, video, audio, svg script, [onerror], [onload], [href^="javascript:"]')
      .count(), 0);
  });
  test('axe finds nothing serious, light or dark', page, async (tab, width) => {
    await violations(tab);
    if (width === 'narrow') return; /* it has the same colours */
    await tab.emulateMedia({ colorScheme: 'dark' });
    await violations(tab);
  }, AXE(page));
  test('dark as the system is, or by the switch, which is kept', page, async tab => {
    holds('not light', await brightness(tab) > 200);
    await tab.emulateMedia({ colorScheme: 'dark' });
    holds('not dark', await brightness(tab) < 60 && await brightness(tab, 'color') > 180);
    await tab.getByRole('button', { name: 'Theme: auto' }).click();
    holds('not light by the switch', await brightness(tab) > 200);
    await tab.reload();
    holds('not light after reloading', await brightness(tab) > 200);
    await tab.emulateMedia({ colorScheme: 'light' });
    await tab.getByRole('button', { name: 'Theme: light' }).click();
    holds('not dark by the switch', await brightness(tab) < 60);
  }, { widths: ['wide'] });
  test('the summary is there without scripts', page, async tab => {
    holds('no heading', await tab.locator('h1').isVisible());
    holds('no number', await tab.locator('td.num').first().isVisible());
    await fits(tab);
  }, { javaScriptEnabled: false, widths: ['wide'] });
  test('prints without its controls', page, async tab => {
    await tab.emulateMedia({ media: 'print' });
    for (const control of ['#tools', '#filter', '.nav'])
      if (await tab.locator(control).count())
        expect(control, await tab.locator(control).isVisible(), false);
    holds('no heading', await tab.locator('h1').isVisible());
  }, { widths: ['wide'] });
}

/* ---- report ---- */

test('sorts by a column, up, down and not at all', 'report', async tab => {
  const before = await cells(tab, 'c-id');
  await tab.locator('[data-sort=verdict]').click();
  expect('aria-sort', await tab.locator('th.c-v').getAttribute('aria-sort'), 'ascending');
  expect('first', (await cells(tab, 'c-v'))[0], '\u2717 failed');
  await tab.locator('[data-sort=verdict]').click();
  expect('aria-sort', await tab.locator('th.c-v').getAttribute('aria-sort'), 'descending');
  expect('first', (await cells(tab, 'c-v'))[0], '\u2713 passed');
  await tab.locator('[data-sort=verdict]').click();
  expect('aria-sort', await tab.locator('th.c-v').getAttribute('aria-sort'), 'none');
  expect('order', await cells(tab, 'c-id'), before);
});
test('filters by samples, by constraints and by their verdicts', 'report', async tab => {
  const { rows, ids } = await index(tab), comma = ids.indexOf('punctuation:no_comma');
  const tea = ids.indexOf('keywords:existence'), all = rows.length;
  const words = row => row[7].split(' ').map(w => [parseInt(w, 10), w[w.length - 2]]);
  const expected = holding => rows.filter(row => words(row).some(holding)).length;
  await tab.selectOption('#v', 'f');
  expect('failed', await found(tab), [rows.filter(row => row[4] === 1).length, all]);
  holds('a pass among them', !(await cells(tab, 'c-v')).includes('\u2713 passed'));
  await tab.selectOption('#v', '');
  await tab.selectOption('#i', 'keywords:existence');
  expect('of a constraint', await found(tab), [expected(([id]) => id === tea), all]);
  await tab.selectOption('#c', 'f');
  expect('not followed', await found(tab), [expected(([id, v]) => id === tea && v === 'f'), all]);
  holds('too few for a test', (await found(tab))[0] > 10);
  await tab.selectOption('#i', 'punctuation:no_comma');
  expect('of the other', await found(tab), [expected(([id, v]) => id === comma && v === 'f'), all]);
  await tab.click('#clear');
  expect('cleared', await found(tab), [all, all]);
});
test('searches prompts and answers', 'report', async tab => {
  await tab.fill('#q', 'A ZEBRA');
  await tab.waitForFunction(() => /^1 of/.test(document.getElementById('found').textContent));
  expect('which', await cells(tab, 'c-id'), ['1042']);
  await tab.fill('#q', 'nobody said this');
  await tab.locator('#nothing').waitFor();
  expect('rows', await tab.locator('#list tbody tr').count(), 0);
  await tab.getByRole('button', { name: 'Clear the filters' }).click();
  expect('focus', await tab.evaluate(() => document.activeElement.id), 'q');
  const [some, all] = await found(tab);
  expect('all again', some, all);
});
test('keeps filters, sorting, page and the open sample in its address', 'report', async tab => {
  await tab.selectOption('#v', 'p');
  await tab.selectOption('#c', 'p');
  await tab.locator('[data-sort=id]').click();
  await tab.locator('[data-sort=id]').click();
  await tab.click('#on');
  const id = (await cells(tab, 'c-id'))[3];
  await openRow(tab, id);
  const hash = await tab.evaluate(() => location.hash);
  const before = [await cells(tab, 'c-id'), await found(tab)];
  await tab.reload();
  await tab.locator('.under .duo').waitFor();
  expect('address', await tab.evaluate(() => location.hash), hash);
  expect('list', [await cells(tab, 'c-id'), await found(tab)], before);
  expect('fields', [await tab.inputValue('#v'), await tab.inputValue('#c')], ['p', 'p']);
  expect('open', await tab.locator('.row.on .open').textContent(), id);
  await tab.evaluate(() => { location.hash = '#v=f'; });
  await tab.waitForFunction(() => document.getElementById('v').value === 'f');
  holds('still open', await tab.locator('.under').count() === 0);
});
test('a nonsense address does no harm', 'report', async tab => {
  const [some, all] = await found(tab);
  expect('all', some, all);
}, { hash: '#v=%3Cscript%3E&i=nope&sort=__proto__&page=-7&open=999999&s=&down=1',
  widths: ['wide'] });
test('is used by keys alone', 'report', async tab => {
  const focused = () => tab.evaluate(() => document.activeElement.textContent.trim());
  await tab.keyboard.press('j');
  const first = await focused();
  expect('first', first, '1000');
  await tab.keyboard.press('j');
  expect('second', await focused(), '1001');
  await tab.keyboard.press('k');
  await tab.keyboard.press('Enter');
  await tab.locator('.under .duo').waitFor();
  expect('expanded', await tab.locator('.open[aria-expanded=true]').count(), 1);
  await tab.keyboard.press('Escape');
  expect('collapsed', await tab.locator('.under').count(), 0);
  expect('focus stays', await focused(), first);
  await tab.keyboard.press('n');
  holds('no second page', (await tab.textContent('#where')).startsWith('101 to 200'));
  await tab.keyboard.press('k');
  await tab.keyboard.press('p');
  await tab.keyboard.press('/');
  expect('search', await tab.evaluate(() => document.activeElement.id), 'q');
  await tab.keyboard.type('j?');
  expect('typed', await tab.inputValue('#q'), 'j?');
  await tab.keyboard.press('Escape');
  await tab.keyboard.press('c');
  await tab.keyboard.press('?');
  holds('no help', await tab.locator('dialog').isVisible());
  await tab.keyboard.press('j');
  await tab.keyboard.press('Escape');
  expect('help is gone', await tab.locator('dialog').isVisible(), false);
}, { widths: ['wide'] });
test('shows evidence in the answer when its constraint has the focus', 'report', async tab => {
  await openRow(tab, '1000');
  expect('marks', await tab.locator('mark.mf').first().textContent(), ',');
  await tab.locator('.checks li[data-c]').first().focus();
  holds('not lit', await tab.locator('mark.lit').count() > 0);
  await tab.keyboard.press('Enter');
  await tab.locator('#q').focus();
  holds('not kept', await tab.locator('mark.lit').count() > 0);
});
test('an open sample and the help have nothing serious either', 'report', async tab => {
  await openRow(tab, '1000');
  await violations(tab);
  await tab.getByRole('button', { name: 'Keys' }).click();
  await tab.emulateMedia({ colorScheme: 'dark' });
  await violations(tab);
}, AXE('report'));
test('a 1 MB line opens in part, and in full when asked', 'report', async tab => {
  await tab.evaluate(() => { location.hash = '#v=&sort=id&down=1'; });
  await openRow(tab, String(1000 + 230 + hostile.length));
  const said = tab.locator('.under .said');
  expect('cut', (await said.textContent()).length, 20000);
  await tab.getByRole('button', { name: 'Show all 1,048,576 characters' }).click();
  expect('all', (await said.textContent()).length, LONG);
  /* A page that is stuck would not come to draw: the driver gives up after 30 s. */
  await tab.evaluate(() => new Promise(done => requestAnimationFrame(() => setTimeout(done))));
  await fits(tab);
});
test('an empty answer says so', 'report', async tab => {
  await tab.evaluate(() => { location.hash = '#sort=id&down=1'; });
  await openRow(tab, String(1000 + 231 + hostile.length));
  holds('no note', (await tab.textContent('.under .talk')).includes('The answer is empty.'));
}, { widths: ['wide'] });
test('a browser that cannot inflate says so', 'report', async tab => {
  await tab.locator('#list .open').first().click();
  await tab.locator('.under', { hasText: 'This browser cannot open transcripts' }).waitFor();
  await tab.fill('#q', '1042');
  await tab.waitForFunction(() => /^1 of/.test(document.getElementById('found').textContent));
}, { before: 'delete globalThis.DecompressionStream', widths: ['wide'] });

/* ---- hostile answers ---- */

const inert = async (tab, side) => {
  for (let i = 0; i < hostile.length; i++) {
    const want = hostile[i].shown || hostile[i].answer;
    await openRow(tab, String(1230 + i));
    expect('answer ' + i, await tab.locator('.under .said').first()
      .evaluate(node => node.textContent), want);
    holds('prompt ' + i, (await tab.textContent('.under .talk')).includes(want));
    expect('elements', await tab.locator('.under').locator('script, img, svg, iframe, a, style, ' +
      'template, link').count(), 0);
    if (side) expect('other ' + i, await tab.locator('.under .side').nth(1).locator('.said')
      .evaluate(node => node.textContent), want + ' later');
    await tab.keyboard.press('Escape');
  }
};
const HOSTILE = { hash: '#q=hostile' };
test('hostile answers are text', 'report', tab => inert(tab, false), HOSTILE);
test('hostile answers are text on both sides', 'diff', tab => inert(tab, true), HOSTILE);

/* ---- diff ---- */

test('lists what was fixed and what regressed, these first', 'diff', async tab => {
  const { rows } = await index(tab), pass = n => n === 2, fail = n => n === 1 || n === 3;
  const is = (base, cand) => rows.filter(row => base(row[3]) && cand(row[4])).length;
  expect('first', (await cells(tab, 'c-w'))[0], '\u25bc regressed');
  for (const [value, n] of [['r', is(pass, fail)], ['f', is(fail, pass)], ['p', is(pass, pass)],
    ['n', is(fail, fail)], ['c', is(pass, fail) + is(fail, pass)]]) {
    await tab.selectOption('#v', value);
    expect('change ' + value, await found(tab), [n, rows.length]);
    holds('none', n > 0);
  }
  await tab.selectOption('#v', '');
  await tab.selectOption('#c', 'l');
  await tab.selectOption('#i', 'punctuation:no_comma');
  holds('nothing lost', (await found(tab))[0] > 5);
  holds('the summary lacks p', (await tab.textContent('table.changes')).includes('p Holm'));
});
test('the summary leads to its samples', 'diff', async tab => {
  await tab.locator('.legend li[data-v=r] button').click();
  expect('filter', await tab.inputValue('#v'), 'r');
  await tab.evaluate(() => scrollTo(0, 0));
  await tab.locator('.compared summary').click();
  await tab.locator('code[data-i] button', { hasText: 'keywords:existence' }).click();
  expect('filter', [await tab.inputValue('#v'), await tab.inputValue('#i')],
    ['', 'keywords:existence']);
});
test('shows both answers, and the words that differ', 'diff', async (tab, width) => {
  await tab.selectOption('#v', 'r');
  await tab.locator('#list .open').first().click();
  await tab.locator('.under .side').first().waitFor();
  const tops = await tab.$$eval('.under .side', all => all
    .map(node => node.getBoundingClientRect().top));
  expect('side by side', tops[0] === tops[1], width === 'wide');
  await tab.getByRole('button', { name: 'Differences' }).click();
  expect('gone', await tab.$$eval('.under del', all => all.map(n => n.textContent)), ['It', 'has']);
  expect('new', (await tab.$$eval('.under ins', all => all.map(n => n.textContent))).slice(-2),
    ['There', 'is']);
  expect('pressed', await tab.getByRole('button', { name: 'Differences' })
    .getAttribute('aria-pressed'), 'true');
  await tab.keyboard.press('d');
  expect('evidence', await tab.locator('.under del').count(), 0);
  await fits(tab);
});
test('an open pair has nothing serious', 'diff', async tab => {
  await tab.locator('#list .open').first().click();
  await tab.locator('.under .side').first().waitFor();
  await tab.keyboard.press('d');
  await violations(tab);
}, { ...AXE('diff'), colorScheme: 'dark' });
test('two lines of 1 MB can be compared', 'diff', async tab => {
  await tab.fill('#q', 'long line');
  await tab.waitForFunction(() => /^1 of/.test(document.getElementById('found').textContent));
  await tab.locator('#list .open').first().click();
  await tab.locator('.under .side').first().waitFor();
  await tab.getByRole('button', { name: 'Differences' }).click();
  expect('marked', await tab.locator('.under del').count(), 1);
}, { widths: ['wide'] });

/* ---- leaderboard ---- */

test('sorts, and keeps that in its address', 'board', async tab => {
  const models = () => tab.$$eval('table.sort tbody th', all => all.map(th => th.textContent));
  const ranked = await models();
  expect('models', ranked.length > 8, true);
  await tab.locator('table.sort thead button', { hasText: 'Rank' }).first().click();
  await tab.locator('table.sort thead button', { hasText: 'Rank' }).first().click();
  expect('descending', await tab.locator('table.sort th').first().getAttribute('aria-sort'),
    'descending');
  holds('the same order', (await models())[0] !== ranked[0]);
  const turned = await models();
  await tab.reload();
  expect('after reloading', await models(), turned);
});
test('finds a model by a part of its name', 'board', async tab => {
  await tab.locator('.sift input').fill('model-3');
  expect('shown', await tab.locator('table.sort tbody tr:not([hidden])').count(), 1);
  holds('not said', (await tab.textContent('.sift output')).startsWith('1 of'));
});
test('leads to its pages and back', 'board', async tab => {
  await tab.locator('table.sort tbody th a').first().click();
  await tab.waitForURL(/model-/);
  await tab.getByRole('link', { name: 'All models' }).click();
  await tab.waitForURL(/index\.html/);
});

/* ---- all of them, a few at a time ---- */

const queue = tests.filter(([name]) => RegExp(only).test(name)).map((t, at) => [at, ...t]);
const results = [];
const work = async () => {
  for (let next; (next = queue.shift());) {
    const [at, name, run] = next;
    try {
      await run();
      results[at] = 'pass ' + name;
    } catch (error) {
      results[at] = 'fail ' + name + '\n' + String(error.message).split('\n').slice(0, 6)
        .map(line => '  ' + line.slice(0, 600)).join('\n');
    }
  }
};
await Promise.all(Array.from({ length: 3 }, work));
console.log(results.join('\n'));
await browser.close();
