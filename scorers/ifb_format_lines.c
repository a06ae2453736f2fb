/* SPDX-License-Identifier: Apache-2.0 */
/* format: what IFBench asks of lines and bullets. Lines end at U+000A only. */
#include "scorers/families.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "scorers/punct.h"

/* ---- newline ---- */

/* Upstream's NewLineWordsChecker drops empty lines, but not lines of spaces. */
static enum ifb_outcome check_newline(const void *args, struct ifb_probe *p)
{
    ifb_str text = ifb_strip(ifb_delete_punct(p->scratch, ifb_text_raw(p->text)));
    struct ifb_strs lines = ifb_split(p->scratch, text, IFB_STR("\n"));
    size_t n = 0, words = ifb_split_space(p->scratch, text).n;

    (void)args;
    for (size_t i = 0; i < lines.n; i++)
        n += lines.at[i].len > 0;
    ifb_why(p, "found %zu words on %zu lines, wanted one a line", words, n);
    return ifb_pass_if(n == words);
}

static const struct ifb_example newline_examples[] = {
    { "{}", "Tea\nis\n\ngood.", IFB_PASS },
    { "{}", "Tea is\ngood.", IFB_FAIL },
    { "{}", "Tea\n-\nis\ngood", IFB_PASS },  /* a line of marks vanishes */
    { "{}", "a b\n \nc", IFB_PASS },         /* a line of spaces counts */
    { 0 }
};

/* ---- line_indent ---- */

struct blank {
    ifb_str text;
    size_t line;
    bool visited;
};

static int by_text(const void *a, const void *b)
{
    const struct blank *x = a, *y = b;
    int d = ifb_str_cmp(x->text, y->text);

    return d ? d : (x->line > y->line) - (x->line < y->line);
}

/*
 * Upstream's IndentStairsChecker removes blank lines from the list it walks: the
 * line after a removed one is never looked at, and remove() takes the first line
 * that is equal. So of the blank lines with one text as many go as are looked
 * at, from the front. Empties those of `lines` and says so in `gone`.
 */
static void remove_blanks(struct ifb_arena *scratch, struct ifb_strs lines, bool *gone)
{
    struct blank *blanks = ifb_new(scratch, struct blank, lines.n);
    size_t n = 0, next = 0;

    for (size_t i = 0; i < lines.n; i++) {
        bool visited = i == next;

        next += visited;
        if (!ifb_is_blank(lines.at[i]))
            continue;
        blanks[n++] = (struct blank){ lines.at[i], i, visited };
        next += visited;
    }
    if (n > 1)
        qsort(blanks, n, sizeof(*blanks), by_text);
    for (size_t i = 0; i < n;) {
        size_t first = i, visits = 0;

        for (; i < n && ifb_str_eq(blanks[i].text, blanks[first].text); i++)
            visits += blanks[i].visited;
        while (visits--)
            gone[blanks[first++].line] = true;
    }
}

static size_t indent_of(ifb_str line)
{
    size_t n = 0;

    while (n < line.len && line.ptr[n] == ' ')
        n++;
    return n;
}

static enum ifb_outcome check_indent(const void *args, struct ifb_probe *p)
{
    struct ifb_strs lines = ifb_text_lines(p->text);
    bool *gone = ifb_new(p->scratch, bool, lines.n), some = false;
    size_t before = 0;

    (void)args;
    remove_blanks(p->scratch, lines, gone);
    for (size_t i = 0; i < lines.n; i++) {
        size_t n = indent_of(lines.at[i]);

        if (gone[i])
            continue;
        if (some && n <= before) {
            ifb_mark(p, lines.at[i]);
            ifb_why(p, "line %zu is indented by %zu spaces, wanted more than %zu", i + 1, n,
                    before);
            return IFB_FAIL;
        }
        before = n;
        some = true;
    }
    ifb_why(p, "each line is indented more than the one before");
    return IFB_PASS;
}

static const struct ifb_example indent_examples[] = {
    { "{}", "tea\n milk\n  sugar", IFB_PASS },
    { "{}", "tea\n milk\n sugar", IFB_FAIL },
    { "{}", "tea\n\n milk\n\n  sugar", IFB_PASS },  /* blank lines are passed over */
    { "{}", "tea\n\n\n milk", IFB_FAIL },           /* but the second of two is not */
    { 0 }
};

/* ---- sub-bullets ---- */

static enum ifb_outcome check_sub_bullets(const void *args, struct ifb_probe *p)
{
    ifb_str text = ifb_text_raw(p->text);
    size_t at = ifb_str_chr(text, '*', 0), n = 0;

    (void)args;
    for (; at != SIZE_MAX; n++) {
        size_t next = ifb_str_chr(text, '*', at + 1);
        ifb_str piece = ifb_str_part(text, at, next == SIZE_MAX ? text.len : next);

        if (ifb_str_chr(piece, '-', 0) == SIZE_MAX) {
            ifb_mark(p, ifb_str_part(text, at, at + 1));
            ifb_why(p, "no - found after * number %zu and before the next", n + 1);
            return IFB_FAIL;
        }
        at = next;
    }
    ifb_why(p, "a - follows each of %zu *", n);
    return IFB_PASS;
}

static const struct ifb_example sub_bullets_examples[] = {
    { "{}", "* tea\n  - green\n* milk\n  - cold", IFB_PASS },
    { "{}", "* tea\n  - green\n\nmilk: **cold**", IFB_FAIL },  /* bold: each star counts */
    { "{}", "tea - green", IFB_PASS },
    { 0 }
};

/* ---- no_bullets_bullets ---- */

struct progress {
    bool listing;       /* no sentence may come any more */
    size_t sentences, bullets;
};

static size_t count_sentences(struct ifb_probe *p, ifb_str line)
{
    if (!line.len)
        return 0;
    return ifb_text_sentences(ifb_text_new(p->scratch, line, ifb_text_resources(p->text))).n;
}

/* False when the line must not stand there. */
static bool take_line(struct ifb_probe *p, struct progress *at, ifb_str line)
{
    bool bullet = line.len && line.ptr[0] == '*';

    if (bullet) {
        at->listing = true;
        at->bullets++;
        return at->sentences >= 2;
    }
    if (at->listing)
        return false;
    at->listing = !line.len;  /* upstream takes "no sentence" for the end of them */
    at->sentences += count_sentences(p, line);
    return true;
}

static enum ifb_outcome check_no_bullets(const void *args, struct ifb_probe *p)
{
    struct ifb_strs lines = ifb_text_lines(p->text);
    struct progress at = { 0 };

    (void)args;
    for (size_t i = 0; i < lines.n; i++) {
        if (take_line(p, &at, ifb_strip(lines.at[i])))
            continue;
        ifb_mark(p, lines.at[i]);
        ifb_why(p, at.bullets && at.sentences < 2
                       ? "a bullet on line %zu after %zu sentences, wanted 2 before it"
                       : "line %zu is no bullet, wanted bullets alone after %zu sentences",
                i + 1, at.sentences);
        return IFB_FAIL;
    }
    ifb_why(p, "found %zu sentences and then %zu bullets, wanted 2 of each", at.sentences,
            at.bullets);
    return ifb_pass_if(at.bullets >= 2);
}

static const struct ifb_example no_bullets_examples[] = {
    { "{}", "Tea is good. It warms.\n* green\n* black", IFB_PASS },
    { "{}", "Tea is good.\n* green\n* black", IFB_FAIL },
    { "{}", "Tea is good. It warms.\n\n* green\n* black", IFB_PASS },
    { "{}", "Tea is good. It warms.\n* green\n\n* black", IFB_FAIL },
    { "{}", "Tea is good. It warms.\n* green", IFB_FAIL },
    { 0 }
};

const struct ifb_check ifb_format_lines_checks[] = {
    { .id = "format:newline", .doc = "one word a line", .run = check_newline,
      .examples = newline_examples },
    { .id = "format:line_indent", .doc = "each line is indented by more spaces than the one before",
      .run = check_indent, .examples = indent_examples },
    { .id = "format:sub-bullets", .doc = "a - stands between each * and the next",
      .run = check_sub_bullets, .examples = sub_bullets_examples },
    { .id = "format:no_bullets_bullets", .doc = "two sentences or more, then two bullets or more",
      .needs = IFB_NEEDS_PUNKT, .run = check_no_bullets, .examples = no_bullets_examples },
    { 0 }
};
