/* SPDX-License-Identifier: Apache-2.0 */
/* Counts over what judges said; the intervals are the callers' (ifbench/stats.h). */
#include "scorers/judge/reliability.h"

#include <ifbench/stats.h>

#include <math.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/judge/judge.h"

/* ---- order ---- */

static void add_game(struct ifb_position *p, enum ifb_shown game)
{
    p->first += game == IFB_SHOWN_FIRST;
    p->second += game == IFB_SHOWN_SECOND;
    p->ties += game == IFB_SHOWN_TIE;
}

void ifb_position_add(struct ifb_position *p, enum ifb_shown game1, enum ifb_shown game2)
{
    bool read = game1 != IFB_SHOWN_NONE && game2 != IFB_SHOWN_NONE;

    add_game(p, game1);
    add_game(p, game2);
    p->pairs += read;
    p->unread += !read;
    p->consistent += read && (int)game1 == -(int)game2;
    p->flipped += read && game1 == game2 && game1 != IFB_SHOWN_TIE;
}

/* ---- style ---- */

/* The text without ```...``` that hold no backtick. */
static ifb_str without_code(struct ifb_arena *scratch, ifb_str s)
{
    static const ifb_str fence = IFB_STR_INIT("```");
    char *out = ifb_alloc_raw(scratch, s.len);
    size_t n = 0;

    for (size_t i = 0; i < s.len;) {
        if (ifb_str_starts(ifb_str_from(s, i), fence)) {
            size_t end = ifb_str_chr(s, '`', i + 3);

            if (end != SIZE_MAX && ifb_str_starts(ifb_str_from(s, end), fence)) {
                i = end + 3;
                continue;
            }
        }
        out[n++] = s.ptr[i++];
    }
    return (ifb_str){ out, n };
}

/* A white space character at `at`; line ends are some. */
static bool space_at(ifb_str s, size_t at)
{
    const char *p = s.ptr + at;

    return at < s.len && ifb_is_space(ifb_utf8_next(&p));
}

static bool is_header(ifb_str s, size_t at)
{
    size_t n = 0;

    while (at + n < s.len && s.ptr[at + n] == '#')
        n++;
    return n >= 1 && n <= 6 && space_at(s, at + n);
}

/* At the first character of a line that is no space. */
static bool is_entry(ifb_str s, size_t at)
{
    const char *p = s.ptr + at, *end = s.ptr + s.len;
    size_t digits = 0;

    if (at < s.len && strchr("-*+", s.ptr[at]) && s.ptr[at])
        return space_at(s, at + 1);
    while (p < end) {
        const char *q = p;

        if (!ifb_is_decimal(ifb_utf8_next(&q)))
            break;
        p = q;
        digits++;
    }
    return digits && p < end && *p == '.' && space_at(s, (size_t)(p - s.ptr) + 1);
}

static size_t skip_space(ifb_str line)
{
    return line.len - ifb_lstrip(line).len;
}

static int64_t count_bold(ifb_str s, const char *mark)
{
    int64_t n = 0;

    for (size_t at = 0; (at = ifb_str_find(s, ifb_str_of(mark), at)) != SIZE_MAX;) {
        size_t end = at + 2;

        while (end < s.len && s.ptr[end] != mark[0] && s.ptr[end] != '\n')
            end++;
        if (end > at + 2 && ifb_str_starts(ifb_str_from(s, end), ifb_str_of(mark))) {
            n++;
            at = end + 2;
        } else {
            at++;
        }
    }
    return n;
}

struct ifb_style ifb_style_of(struct ifb_arena *scratch, ifb_str text)
{
    ifb_str s = without_code(scratch, text);
    struct ifb_style style = { .bold = count_bold(s, "**") + count_bold(s, "__") };

    for (size_t at = 0; at < s.len;) {
        size_t end = ifb_str_chr(s, '\n', at);

        end = end == SIZE_MAX ? s.len : end;
        style.headers += is_header(s, at);
        style.lists += is_entry(s, at + skip_space(ifb_str_part(s, at, end)));
        at = end + 1;
    }
    return style;
}

/* ---- bias ---- */

static void add_side(struct ifb_bias_count *c, enum ifb_shown winner, int64_t first, int64_t second)
{
    if (first == second)
        return;
    c->n++;
    c->won += (winner == IFB_SHOWN_FIRST) == (first > second);
}

void ifb_bias_add(struct ifb_bias *b, enum ifb_shown winner, const struct ifb_bias_side sides[2],
                  struct ifb_arena *scratch)
{
    struct ifb_style first, second;

    b->ties += winner == IFB_SHOWN_TIE;
    if (winner != IFB_SHOWN_FIRST && winner != IFB_SHOWN_SECOND)
        return;
    first = ifb_style_of(scratch, sides[0].answer);
    second = ifb_style_of(scratch, sides[1].answer);
    add_side(&b->first, winner, 1, 0);
    add_side(&b->longer, winner, (int64_t)ifb_utf8_count(sides[0].answer),
             (int64_t)ifb_utf8_count(sides[1].answer));
    add_side(&b->family, winner, sides[0].family, sides[1].family);
    add_side(&b->headers, winner, first.headers, second.headers);
    add_side(&b->lists, winner, first.lists, second.lists);
    add_side(&b->bold, winner, first.bold, second.bold);
    add_side(&b->refusal, winner, ifb_refuses(sides[0].answer), ifb_refuses(sides[1].answer));
}

/* ---- answers that do not answer ---- */

#define REFUSAL_BYTES 200

/* The beginning in lower case, typographic apostrophes (U+2019) as plain ones. */
static size_t plain_start(ifb_str s, char out[REFUSAL_BYTES])
{
    size_t n = 0;

    s = ifb_lstrip(s);
    for (size_t i = 0; i < s.len && n < REFUSAL_BYTES; i++) {
        if (ifb_str_starts(ifb_str_from(s, i), IFB_STR("\xe2\x80\x99"))) {
            out[n++] = '\'';
            i += 2;
        } else {
            out[n++] = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] | 32) : s.ptr[i];
        }
    }
    return n;
}

bool ifb_refuses(ifb_str answer)
{
    static const char *const phrases[] = {
        "i can't help", "i cannot help", "i can't assist", "i cannot assist", "i can't provide",
        "i cannot provide", "i can't fulfill", "i cannot fulfill", "i can't comply",
        "i cannot comply", "i'm unable to", "i am unable to", "i'm not able to",
        "i am not able to", "i won't be able to", "i must decline", "i have to decline",
        "as an ai", "i'm sorry, but i c", "i am sorry, but i c",
    };
    char start[REFUSAL_BYTES];
    ifb_str s = { start, plain_start(answer, start) };

    for (size_t i = 0; i < sizeof(phrases) / sizeof(*phrases); i++)
        if (ifb_str_find(s, ifb_str_of(phrases[i]), 0) != SIZE_MAX)
            return true;
    return ifb_is_blank(answer);
}

/* ---- answers that address the judge ---- */

static const struct {
    const char *text;
    unsigned what;
} suspects[] = {
    { "[[A]]", IFB_SUSPECT_MARK },          { "[[B]]", IFB_SUSPECT_MARK },
    { "[[C]]", IFB_SUSPECT_MARK },          { "[[A>", IFB_SUSPECT_MARK },
    { "[[B>", IFB_SUSPECT_MARK },           { "[[A=", IFB_SUSPECT_MARK },
    { "[[rating]]", IFB_SUSPECT_MARK },     { "<|im_start|>", IFB_SUSPECT_TOKEN },
    { "<|im_end|>", IFB_SUSPECT_TOKEN },    { "<|endoftext|>", IFB_SUSPECT_TOKEN },
    { "<|eot_id|>", IFB_SUSPECT_TOKEN },    { "<|start_header_id|>", IFB_SUSPECT_TOKEN },
    { "<|end_header_id|>", IFB_SUSPECT_TOKEN }, { "<|begin_of_text|>", IFB_SUSPECT_TOKEN },
    { "<|user|>", IFB_SUSPECT_TOKEN },      { "<|assistant|>", IFB_SUSPECT_TOKEN },
    { "<|system|>", IFB_SUSPECT_TOKEN },    { "<start_of_turn>", IFB_SUSPECT_TOKEN },
    { "<end_of_turn>", IFB_SUSPECT_TOKEN }, { "[INST]", IFB_SUSPECT_TOKEN },
    { "[/INST]", IFB_SUSPECT_TOKEN },       { "<<SYS>>", IFB_SUSPECT_TOKEN },
    { "[The Start of ", IFB_SUSPECT_DELIMITER }, { "[The End of ", IFB_SUSPECT_DELIMITER },
    { "<|The Start of ", IFB_SUSPECT_DELIMITER }, { "<|The End of ", IFB_SUSPECT_DELIMITER },
};

static void note(unsigned what, size_t at, size_t len, unsigned *found, struct ifb_span *span)
{
    if (!*found || at < span->from)
        *span = (struct ifb_span){ (uint32_t)at, (uint32_t)(at + len) };
    *found |= what;
}

/* "[[9]]", "[[8.5]]": digits and points between double brackets. */
static void find_rating(ifb_str s, unsigned *found, struct ifb_span *span)
{
    for (size_t at = 0; (at = ifb_str_find(s, IFB_STR("[["), at)) != SIZE_MAX; at++) {
        size_t end = at + 2;

        while (end < s.len && ((s.ptr[end] >= '0' && s.ptr[end] <= '9') || s.ptr[end] == '.'))
            end++;
        if (end > at + 2 && ifb_str_starts(ifb_str_from(s, end), IFB_STR("]]"))) {
            note(IFB_SUSPECT_MARK, at, end + 2 - at, found, span);
            return;
        }
    }
}

unsigned ifb_suspect(ifb_str answer, struct ifb_span *at)
{
    unsigned found = 0;

    *at = (struct ifb_span){ 0, 0 };
    for (size_t i = 0; i < sizeof(suspects) / sizeof(*suspects); i++) {
        size_t where = ifb_str_find(answer, ifb_str_of(suspects[i].text), 0);

        if (where != SIZE_MAX)
            note(suspects[i].what, where, strlen(suspects[i].text), &found, at);
    }
    find_rating(answer, &found, at);
    return found;
}

static int by_text(const void *a, const void *b)
{
    return ifb_str_cmp(*(const ifb_str *)a, *(const ifb_str *)b);
}

size_t ifb_most_alike(const ifb_str *answers, size_t n, struct ifb_arena *scratch)
{
    ifb_str *at = ifb_new(scratch, ifb_str, n);
    size_t most = 0, run = 0;

    if (n)
        memcpy(at, answers, n * sizeof(*at));
    qsort(at, n, sizeof(*at), by_text);
    for (size_t i = 0; i < n; i++) {
        run = i && ifb_str_eq(at[i - 1], at[i]) ? run + 1 : 1;
        most = run > most ? run : most;
    }
    return most;
}

/* ---- juries ---- */

double ifb_jury_median(double *ratings, size_t n)
{
    size_t m = 0;

    for (size_t i = 0; i < n; i++)
        if (!isnan(ratings[i]))
            ratings[m++] = ratings[i];
    return ifb_quantile(ratings, (int64_t)m, 0.5);
}

enum ifb_shown ifb_jury_majority(const enum ifb_shown *verdicts, size_t n)
{
    size_t first = 0, second = 0, read = 0;

    for (size_t i = 0; i < n; i++) {
        first += verdicts[i] == IFB_SHOWN_FIRST;
        second += verdicts[i] == IFB_SHOWN_SECOND;
        read += verdicts[i] != IFB_SHOWN_NONE;
    }
    if (!read)
        return IFB_SHOWN_NONE;
    if (first * 2 > read)
        return IFB_SHOWN_FIRST;
    return second * 2 > read ? IFB_SHOWN_SECOND : IFB_SHOWN_TIE;
}
