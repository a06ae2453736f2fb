/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The marks that judges of MT-Bench end with: [[8]], [[A]]. By hand and not by
 * patterns: each reply is walked once, whatever stands in it.
 */
#include "scorers/judge/judge.h"

#include <math.h>

#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"

#define INT_DIGITS 4300  /* what Python reads as an integer */

static struct ifb_judgment nothing(void)
{
    return (struct ifb_judgment){ .how = IFB_UNREADABLE, .rating = NAN };
}

/* ---- numbers ---- */

static bool take(ifb_str *s, const char *what)
{
    if (!ifb_str_starts(*s, ifb_str_of(what)))
        return false;
    *s = ifb_str_from(*s, strlen(what));
    return true;
}

static size_t take_digits(ifb_str *s)
{
    const char *p = s->ptr, *end = s->ptr + s->len;
    size_t n = 0;

    while (p < end) {
        const char *q = p;

        if (!ifb_is_decimal(ifb_utf8_next(&q)))
            break;
        p = q;
        n++;
    }
    *s = ifb_str_from(*s, (size_t)(p - s->ptr));
    return n;
}

/* \d+\.?\d* at the front. */
static bool take_number(ifb_str *s, ifb_str *number)
{
    ifb_str rest = *s;

    if (!take_digits(&rest))
        return false;
    if (take(&rest, "."))
        take_digits(&rest);
    *number = ifb_str_part(*s, 0, (size_t)(rest.ptr - s->ptr));
    *s = rest;
    return true;
}

/* Digits as a number, without regard to how many there are. */
static double number_value(ifb_str s)
{
    char copy[64];
    double value;

    if (s.len && s.ptr[s.len - 1] == '.')
        s.len--;
    while (s.len > 1 && s.ptr[0] == '0' && s.ptr[1] != '.')
        s = ifb_str_from(s, 1);
    if (s.len >= sizeof(copy))  /* what follows is beyond what a double holds, or sees */
        return ifb_str_real(s, &value) ? value : NAN;
    memcpy(copy, s.ptr, s.len);
    return ifb_str_real((ifb_str){ copy, s.len }, &value) ? value : NAN;
}

/* ast.literal_eval: an integer takes no leading zero, and no digit but ASCII's. */
static struct ifb_judgment literal(ifb_str s, enum ifb_reading how)
{
    bool whole = ifb_str_chr(s, '.', 0) == SIZE_MAX, zeros = true, ascii = true;
    struct ifb_judgment j = { .how = how, .rating = NAN };

    for (size_t i = 0; i < s.len; i++) {
        zeros = zeros && s.ptr[i] == '0';
        ascii = ascii && (unsigned char)s.ptr[i] < 0x80;
    }
    if (ascii && !(whole && ((s.ptr[0] == '0' && !zeros) || s.len > INT_DIGITS)))
        j.rating = number_value(s);
    if (!isfinite(j.rating))
        return (struct ifb_judgment){ .how = IFB_READ_RAISES, .rating = NAN };
    return j;
}

/* ---- ratings ---- */

/* The first `open` number `close`. */
static bool first_rating(ifb_str reply, const char *open, const char *close, ifb_str *number)
{
    for (size_t at = 0; (at = ifb_str_find(reply, ifb_str_of(open), at)) != SIZE_MAX; at++) {
        ifb_str rest = ifb_str_from(reply, at + strlen(open));

        if (take_number(&rest, number) && take(&rest, close))
            return true;
    }
    return false;
}

static bool take_word(ifb_str *s, const char *lower)
{
    size_t n = strlen(lower);

    if (s->len < n)
        return false;
    for (size_t i = 0; i < n; i++)
        if ((s->ptr[i] | 32) != lower[i])
            return false;
    *s = ifb_str_from(*s, n);
    return true;
}

static void skip_any(ifb_str *s, const char *of)
{
    size_t n = 0;

    while (n < s->len && n < 16 && s->ptr[n] && strchr(of, s->ptr[n]))
        n++;
    *s = ifb_str_from(*s, n);
}

/* A number 0..10, of 10 or not. */
static bool take_grade(ifb_str *s, double *out)
{
    ifb_str number;

    if (!take_number(s, &number))
        return false;
    *out = number_value(number);
    skip_any(s, " ");
    if (take(s, "/")) {
        skip_any(s, " ");
        if (!take(s, "10"))
            return false;
    }
    return *out >= 0 && *out <= 10;
}

/* What follows "[[": 8]], 8/10]], Rating: 8]], rating]]: 8. */
static bool double_mark(ifb_str s, double *out)
{
    skip_any(&s, " *\"'");
    if (take_word(&s, "rating") || take_word(&s, "score")) {
        bool closed;

        skip_any(&s, " *\"'");
        closed = take(&s, "]]");
        skip_any(&s, " *:=[");
        if (!take_grade(&s, out))
            return false;
        if (closed)
            return true;
    } else if (!take_grade(&s, out)) {
        return false;
    }
    skip_any(&s, " *\"'");
    return take(&s, "]]");
}

static bool single_mark(ifb_str s, double *out)
{
    skip_any(&s, " *");
    if (!take_grade(&s, out))
        return false;
    skip_any(&s, " *");
    return take(&s, "]");
}

/* "rating: 8", "Rating = **8/10**". */
static bool worded(ifb_str s, double *out)
{
    ifb_str before;

    if (!take_word(&s, "rating"))
        return false;
    before = s;
    skip_any(&s, " *:=");
    return s.ptr != before.ptr && take_grade(&s, out);
}

static struct ifb_judgment last_rating(ifb_str reply)
{
    double kind[3] = { NAN, NAN, NAN }, value;

    for (size_t i = 0; i < reply.len; i++) {
        ifb_str here = ifb_str_from(reply, i);

        if (here.ptr[0] == '[' && take(&here, "[[")) {
            if (double_mark(here, &value))
                kind[0] = value;
        } else if ((here.ptr[0] | 32) == 'r' && worded(here, &value)) {
            kind[1] = value;
        } else if (here.ptr[0] == '[' && single_mark(ifb_str_from(here, 1), &value)) {
            kind[2] = value;
        }
    }
    for (size_t k = 0; k < 3; k++)
        if (!isnan(kind[k]))
            return (struct ifb_judgment){ .how = IFB_READ_LOOSELY, .rating = kind[k] };
    return nothing();
}

struct ifb_judgment ifb_mtbench_rating(ifb_str reply, enum ifb_parse parse)
{
    ifb_str number;

    if (parse == IFB_PARSE_LAST)
        return last_rating(reply);
    if (first_rating(reply, "[[", "]]", &number))
        return literal(number, IFB_READ);
    if (first_rating(reply, "[", "]", &number))
        return literal(number, IFB_READ_LOOSELY);
    return nothing();
}

/* ---- verdicts ---- */

static struct ifb_judgment labelled(enum ifb_label label, enum ifb_reading how)
{
    return (struct ifb_judgment){ .how = label ? how : IFB_UNREADABLE, .rating = NAN,
                                  .label = label };
}

static enum ifb_label letter(ifb_str *s)
{
    if (take_word(s, "assistant"))
        skip_any(s, " ");
    if (take_word(s, "tie") || take_word(s, "c"))
        return IFB_NO_DIFFERENCE;
    if (take_word(s, "a"))
        return IFB_A_BETTER;
    return take_word(s, "b") ? IFB_B_BETTER : IFB_LABEL_NONE;
}

/* What follows "[[" or "[": a letter in quotes or not, and the end of the mark. */
static enum ifb_label marked(ifb_str s, const char *close)
{
    enum ifb_label label;

    skip_any(&s, " *\"'");
    label = letter(&s);
    skip_any(&s, " *\"'");
    return take(&s, close) ? label : IFB_LABEL_NONE;
}

static struct ifb_judgment last_verdict(ifb_str reply)
{
    enum ifb_label kind[2] = { IFB_LABEL_NONE, IFB_LABEL_NONE };

    for (size_t i = 0; (i = ifb_str_chr(reply, '[', i)) != SIZE_MAX; i++) {
        ifb_str here = ifb_str_from(reply, i);
        bool twice = take(&here, "[[") || !take(&here, "[");
        enum ifb_label label = marked(here, twice ? "]]" : "]");

        if (label)
            kind[twice ? 0 : 1] = label;
    }
    return labelled(kind[0] ? kind[0] : kind[1], IFB_READ_LOOSELY);
}

struct ifb_judgment ifb_mtbench_verdict(ifb_str reply, enum ifb_parse parse)
{
    if (parse == IFB_PARSE_LAST)
        return last_verdict(reply);
    if (ifb_str_find(reply, IFB_STR("[[A]]"), 0) != SIZE_MAX)
        return labelled(IFB_A_BETTER, IFB_READ);
    if (ifb_str_find(reply, IFB_STR("[[B]]"), 0) != SIZE_MAX)
        return labelled(IFB_B_BETTER, IFB_READ);
    if (ifb_str_find(reply, IFB_STR("[[C]]"), 0) != SIZE_MAX)
        return labelled(IFB_NO_DIFFERENCE, IFB_READ);
    return nothing();
}

/* open number , \s? number close: the first. */
static bool first_two(ifb_str reply, const char *open, const char *close, ifb_str number[2])
{
    for (size_t at = 0; (at = ifb_str_find(reply, ifb_str_of(open), at)) != SIZE_MAX; at++) {
        ifb_str rest = ifb_str_from(reply, at + strlen(open));
        const char *p;

        if (!take_number(&rest, &number[0]) || !take(&rest, ",") || !rest.len)
            continue;
        p = rest.ptr;
        if (ifb_is_space(ifb_utf8_next(&p)))
            rest = ifb_str_from(rest, (size_t)(p - rest.ptr));
        if (take_number(&rest, &number[1]) && take(&rest, close))
            return true;
    }
    return false;
}

struct ifb_judgment ifb_mtbench_two_ratings(ifb_str reply)
{
    enum ifb_reading how = IFB_READ;
    struct ifb_judgment a, b;
    ifb_str number[2];

    if (!first_two(reply, "[[", "]]", number)) {
        how = IFB_READ_LOOSELY;
        if (!first_two(reply, "[", "]", number))
            return nothing();
    }
    a = literal(number[0], how);
    b = literal(number[1], how);
    if (a.how == IFB_READ_RAISES || b.how == IFB_READ_RAISES)
        return (struct ifb_judgment){ .how = IFB_READ_RAISES, .rating = NAN };
    if (fabs(a.rating - b.rating) <= 0.1)
        return labelled(IFB_NO_DIFFERENCE, how);
    return labelled(a.rating > b.rating ? IFB_A_BETTER : IFB_B_BETTER, how);
}
