// SPDX-License-Identifier: Apache-2.0
// Prompts and answers for the browser's tests: DIR/suite.jsonl, base.jsonl and cand.jsonl.
import fs from 'node:fs';

const dir = process.argv[2];
const ITEMS = 230;

// What a model may say to a page; `shown` is what must then stand there.
export const hostile = [
  { answer: '<script>globalThis.pwned = 1; alert(1)</script>' },
  { answer: '</script><script>globalThis.pwned = 1</script>' },
  { answer: '"\'><img src=x onerror="globalThis.pwned = 1"><svg onload="pwned = 1">' },
  { answer: ']]> --> <!-- <![CDATA[ </textarea></title></style></noscript></template>' },
  { answer: '<iframe src="https://example.org/"></iframe><link rel=stylesheet href=//example.org>' },
  { answer: '<a href="javascript:globalThis.pwned = 1">click</a> &lt;b&gt; &amp;amp; &#60;' },
  { answer: 'safe \u202Egpj.exe\u202C and \u2066isolated\u2069',
    shown: 'safe [U+202E]gpj.exe[U+202C] and [U+2066]isolated[U+2069]' },
  { answer: 'nul \u0000 bell \u0007 esc \u001b[31m del \u007f c1 \u0085',
    shown: 'nul \u2400 bell \u2407 esc \u241b[31m del \u2421 c1 \ufffd' },
  { answer: '${globalThis.pwned = 1} {{constructor.constructor("globalThis.pwned = 1")()}}' },
  { answer: '{"t":[["a",0,"fake"]],"c":[]}]\n[1,2],"\\u0022' },
  { answer: '\u0627\u0644\u0639\u0631\u0628\u064a\u0629 \ud83d\ude80 e\u0301 \ufb01' },
  { answer: 'lone \ud800 surrogate', shown: 'lone \ufffd surrogate' }
];
export const LONG = 1 << 20;

const lines = rows => rows.map(row => JSON.stringify(row)).join('\n') + '\n';

if (dir) {
  const suite = [], base = [], cand = [];
  const add = (prompt, said, saidLater, word) => {
    const wanted = word || (suite.length % 4 === 0 ? 'tea' : '');
    suite.push({ key: 1000 + suite.length, prompt,
      instruction_id_list: ['punctuation:no_comma', ...(wanted ? ['keywords:existence'] : [])],
      kwargs: [{}, ...(wanted ? [{ keywords: [wanted] }] : [])] });
    base.push({ prompt, response: said });
    cand.push({ prompt, response: saidLater });
  };
  for (let i = 0; i < ITEMS; i++) {
    const comma = i % 7 === 0, later = i % 7 === 0 ? i % 14 === 0 : i % 11 === 0;
    const text = bad => `Answer ${i} is about ${i % 3 ? 'tea' : 'milk'}${bad ? ', and' : ' and'} ` +
      `cups.\nIt has ${i === 42 ? 'a zebra' : 'no animal'} in it.`;
    add(`Prompt ${i}: write about a drink without commas.`, text(comma),
      text(later).replace('It has', 'There is'));
  }
  hostile.forEach((h, i) => add(`Hostile ${i}: ${h.answer}`, h.answer, h.answer + ' later',
    `not there: ${h.answer}`));
  add('Long line', 'x'.repeat(LONG - 4) + ' end', 'y'.repeat(LONG));
  add('Nothing', '', 'something');
  fs.writeFileSync(`${dir}/suite.jsonl`, lines(suite));
  fs.writeFileSync(`${dir}/base.jsonl`, lines(base));
  fs.writeFileSync(`${dir}/cand.jsonl`, lines(cand));
}
