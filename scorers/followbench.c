/* SPDX-License-Identifier: Apache-2.0 */
/*
 * followbench: the rules of FollowBench that compare an answer with the
 * reference of its record. What is asked grows with the level, the rule does not.
 */
#include "scorers/families.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/pylist.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"

struct target_args {
    ifb_str target;
};

static const struct ifb_field target_fields[] = {
    IFB_TEXT(struct target_args, target, "target", "the reference answer"),
    { 0 }
};

/* ---- E2E, text_editing ---- */

/* How many bytes two texts have in common at their begin, whole characters. */
static size_t common(ifb_str a, ifb_str b)
{
    size_t n = 0;

    while (n < a.len && n < b.len && a.ptr[n] == b.ptr[n])
        n++;
    while (n && n < a.len && ((unsigned char)a.ptr[n] & 0xc0) == 0x80)
        n--;
    return n;
}

static enum ifb_outcome check_equal(const void *args, struct ifb_probe *p)
{
    const struct target_args *a = args;
    ifb_str text = ifb_text_raw(p->text);
    size_t n = common(text, a->target);
    bool ok = ifb_str_eq(text, a->target);

    if (ok)
        ifb_why(p, "equals the reference");
    else
        ifb_why(p, "from byte %zu on it is '%.*s', wanted '%.*s'", n,
                IFB_ARG(ifb_shown(ifb_str_from(text, n))),
                IFB_ARG(ifb_shown(ifb_str_from(a->target, common(a->target, text)))));
    if (!ok)
        ifb_mark(p, ifb_str_from(text, n));
    return ifb_pass_if(ok);
}

static const struct ifb_example equal_examples[] = {
    { "{\"target\":\"name[Aromi]\"}", "name[Aromi]", IFB_PASS },
    { "{\"target\":\"name[Aromi]\"}", "Name[Aromi]", IFB_FAIL },
    { "{\"target\":\"name[Aromi]\"}", "name[Aromi]\n", IFB_FAIL },  /* nothing is stripped */
    { "{\"target\":\"\"}", "", IFB_PASS },
    { 0 }
};

/* ---- WIKIEVENTS ---- */

struct lines_args {
    ifb_str target;
    const ifb_str *sorted;
    size_t n;
};

static int by_bytes(const void *a, const void *b)
{
    return ifb_str_cmp(*(const ifb_str *)a, *(const ifb_str *)b);
}

static enum ifb_code bind_lines(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct lines_args *a = args;
    struct ifb_strs lines = ifb_split(arena, a->target, IFB_STR("\n"));

    (void)err;
    qsort((ifb_str *)lines.at, lines.n, sizeof(*lines.at), by_bytes);
    a->sorted = lines.at;
    a->n = lines.n;
    return IFB_OK;
}

static enum ifb_outcome check_lines(const void *args, struct ifb_probe *p)
{
    const struct lines_args *a = args;
    struct ifb_strs lines = ifb_text_lines(p->text);

    for (size_t i = 0; i < lines.n; i++) {
        if (bsearch(&lines.at[i], a->sorted, a->n, sizeof(*a->sorted), by_bytes))
            continue;
        ifb_mark(p, lines.at[i]);
        ifb_why(p, "line %zu, '%.*s', is no line of the reference", i + 1,
                IFB_ARG(ifb_shown(lines.at[i])));
        return IFB_FAIL;
    }
    ifb_why(p, "all %zu lines are lines of the reference", lines.n);
    return IFB_PASS;
}

static const struct ifb_field lines_fields[] = {
    IFB_TEXT(struct lines_args, target, "target", "the lines that may occur"),
    { 0 }
};
static const struct ifb_example lines_examples[] = {
    { "{\"target\":\"one died\\ntwo died\"}", "two died\none died\ntwo died", IFB_PASS },
    { "{\"target\":\"one died\\ntwo died\"}", "one died\nthree died", IFB_FAIL },
    { "{\"target\":\"one died\"}", "one died\n", IFB_FAIL },  /* an empty line is one, too */
    { "{\"target\":\"one died\\n\"}", "", IFB_PASS },
    { 0 }
};

/* ---- CONLL2003 ---- */

struct member_args {
    ifb_str target;
    struct ifb_strs members;
};

static enum ifb_code bind_member(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct member_args *a = args;

    if (ifb_pylist_read(arena, a->target, &a->members))
        return IFB_OK;
    return ifb_fail(err, IFB_EINPUT, "target '%.*s' is no list of strings",
                    IFB_ARG(ifb_shown(a->target)));
}

static enum ifb_outcome check_member(const void *args, struct ifb_probe *p)
{
    const struct member_args *a = args;
    ifb_str text = ifb_text_raw(p->text);
    bool ok = false;

    for (size_t i = 0; i < a->members.n && !ok; i++)
        ok = ifb_str_eq(text, a->members.at[i]);
    ifb_why(p, "'%.*s' is %s of %.*s", IFB_ARG(ifb_shown(text)), ok ? "one" : "none",
            IFB_ARG(ifb_shown(a->target)));
    return ifb_pass_if(ok);
}

static const struct ifb_field member_fields[] = {
    IFB_TEXT(struct member_args, target, "target", "a Python list of the answers that pass"),
    { 0 }
};
static const struct ifb_example member_examples[] = {
    { "{\"target\":\"['Bonn', 'BRUSSELS']\"}", "Bonn", IFB_PASS },
    { "{\"target\":\"['Bonn', 'BRUSSELS']\"}", "Brussels", IFB_FAIL },
    { "{\"target\":\"['Bonn', 'BRUSSELS']\"}", "['Bonn']", IFB_FAIL },
    { "{\"target\":\"Bonn\"}", "Bonn", IFB_ERROR },  /* no list: the evaluator raises */
    { 0 }
};

/* ---- self_made_space ---- */

static enum ifb_outcome check_contains(const void *args, struct ifb_probe *p)
{
    const struct target_args *a = args;
    ifb_str text = ifb_text_raw(p->text);
    size_t at = a->target.len ? ifb_str_find(text, a->target, 0) : 0;

    if (at != SIZE_MAX)
        ifb_mark(p, ifb_str_part(text, at, at + a->target.len));
    ifb_why(p, "'%.*s' %s", IFB_ARG(ifb_shown(a->target)),
            at != SIZE_MAX ? "was found" : "was not found");
    return ifb_pass_if(at != SIZE_MAX);
}

static const struct ifb_example contains_examples[] = {
    { "{\"target\":\"14th floor\"}", "She lives on the 14th floor.", IFB_PASS },
    { "{\"target\":\"14th floor\"}", "On the 14th  floor.", IFB_FAIL },
    { "{\"target\":\"2nd floor\"}", "On the 12nd floor.", IFB_PASS },  /* no word boundaries */
    { 0 }
};

/* ---- the last of its kind: BBH_logical, BBH_time, gsm_8k ---- */

/* Finds the first piece of its kind at or after `from`; false when there is none. */
typedef bool find_piece(ifb_str text, size_t from, ifb_str *piece);

static enum ifb_outcome judge_last(struct ifb_probe *p, find_piece *find, ifb_str target,
                                   const char *kind)
{
    ifb_str text = ifb_text_raw(p->text), piece, last = { NULL, 0 };
    bool ok;

    for (size_t at = 0; find(text, at, &piece); last = piece)
        at = (size_t)(piece.ptr + piece.len - text.ptr);
    if (!last.ptr) {
        ifb_why(p, "found no %s, wanted '%.*s'", kind, IFB_ARG(ifb_shown(target)));
        return IFB_FAIL;
    }
    ok = ifb_str_eq(last, target);
    ifb_mark(p, last);
    ifb_why(p, "the last %s is '%.*s', wanted '%.*s'", kind, IFB_ARG(ifb_shown(last)),
            IFB_ARG(ifb_shown(target)));
    return ifb_pass_if(ok);
}

static bool find_option(ifb_str text, size_t from, ifb_str *piece)
{
    for (size_t i = ifb_str_chr(text, '(', from); i != SIZE_MAX && i + 2 < text.len;
         i = ifb_str_chr(text, '(', i + 1))
        if (text.ptr[i + 1] >= 'A' && text.ptr[i + 1] <= 'Z' && text.ptr[i + 2] == ')') {
            *piece = ifb_str_part(text, i, i + 3);
            return true;
        }
    return false;
}

/* The end of a run of at most `most` decimals of any script that begins at `at`. */
static size_t skip_decimals(ifb_str text, size_t at, size_t most, size_t *n)
{
    const char *c = text.ptr + at, *end = text.ptr + text.len;

    for (*n = 0; c < end && *n < most; ++*n) {
        const char *next = c;

        if (!ifb_is_decimal(ifb_utf8_next(&next)))
            break;
        c = next;
    }
    return (size_t)(c - text.ptr);
}

static size_t end_of_date(ifb_str text, size_t at)
{
    static const size_t digits[] = { 2, 2, 4 };

    for (size_t i = 0; i < 3; i++) {
        size_t n;

        at = skip_decimals(text, at, digits[i], &n);
        if (n < digits[i] || (i < 2 && (at == text.len || text.ptr[at++] != '/')))
            return 0;
    }
    return at;
}

static bool find_date(ifb_str text, size_t from, ifb_str *piece)
{
    const char *end = text.ptr + text.len;

    for (const char *c = text.ptr + from; c < end; ifb_utf8_next(&c)) {
        size_t at = (size_t)(c - text.ptr), to = end_of_date(text, at);

        if (to) {
            *piece = ifb_str_part(text, at, to);
            return true;
        }
    }
    return false;
}

static bool find_dollars(ifb_str text, size_t from, ifb_str *piece)
{
    for (size_t i = ifb_str_chr(text, '$', from); i != SIZE_MAX;
         i = ifb_str_chr(text, '$', i + 1)) {
        size_t n, to = skip_decimals(text, i + 1, SIZE_MAX, &n);

        if (n) {
            *piece = ifb_str_part(text, i, to);
            return true;
        }
    }
    return false;
}

/* "meiyuan" behind the digits, as Chinese answers have it. */
static bool find_meiyuan(ifb_str text, size_t from, ifb_str *piece)
{
    static const ifb_str unit = IFB_STR_INIT("美元");
    const char *end = text.ptr + text.len;

    for (const char *c = text.ptr + from; c < end;) {
        size_t at = (size_t)(c - text.ptr), n, to = skip_decimals(text, at, SIZE_MAX, &n);

        if (n && ifb_str_starts(ifb_str_from(text, to), unit)) {
            *piece = ifb_str_part(text, at, to + unit.len);
            return true;
        }
        c = text.ptr + to;
        if (c < end)
            ifb_utf8_next(&c);
    }
    return false;
}

static enum ifb_outcome check_option(const void *args, struct ifb_probe *p)
{
    return judge_last(p, find_option, ((const struct target_args *)args)->target, "option");
}

static const struct ifb_example option_examples[] = {
    { "{\"target\":\"(B)\"}", "It is not (A), so it must be (B).", IFB_PASS },
    { "{\"target\":\"(B)\"}", "(B), for (A) is wrong", IFB_FAIL },
    { "{\"target\":\"(B)\"}", "B", IFB_FAIL },
    { "{\"target\":\"(B)\"}", "(B) and (b)", IFB_PASS },  /* capitals only */
    { 0 }
};

static enum ifb_outcome check_date(const void *args, struct ifb_probe *p)
{
    return judge_last(p, find_date, ((const struct target_args *)args)->target, "date");
}

static const struct ifb_example date_examples[] = {
    { "{\"target\":\"02/10/2015\"}", "From 01/01/2015 to 02/10/2015.", IFB_PASS },
    { "{\"target\":\"02/10/2015\"}", "2/10/2015", IFB_FAIL },
    { "{\"target\":\"02/10/2015\"}", "102/10/20157", IFB_PASS },  /* no word boundaries */
    { 0 }
};

struct amount_args {
    ifb_str target;
    int64_t language;
};

static enum ifb_outcome check_amount(const void *args, struct ifb_probe *p)
{
    const struct amount_args *a = args;

    return judge_last(p, a->language ? find_meiyuan : find_dollars, a->target, "amount");
}

static const struct ifb_field amount_fields[] = {
    IFB_TEXT(struct amount_args, target, "target", "the amount with its sign"),
    IFB_FOLLOWBENCH_LANGUAGE(struct amount_args),
    { 0 }
};
static const struct ifb_example amount_examples[] = {
    { "{\"target\":\"$18\"}", "9 eggs at $2 each make $18 a day", IFB_PASS },
    { "{\"target\":\"$18\"}", "$18 a day, at $2 each", IFB_FAIL },
    { "{\"target\":\"$18\"}", "$18.00", IFB_PASS },  /* digits only */
    { "{\"target\":\"18美元\",\"language\":\"zh\"}", "每天18美元", IFB_PASS },
    { "{\"target\":\"18美元\",\"language\":\"zh\"}", "$18", IFB_FAIL },
    { 0 }
};

/* ---- example: the form of the answers in the prompt ---- */

struct template_args {
    ifb_str target;
    struct ifb_strs literals;  /* what stands around the wildcards; at least one */
};

static ifb_str single_braces(struct ifb_arena *arena, ifb_str s)
{
    char *out = ifb_alloc_raw(arena, s.len);
    size_t len = 0;

    for (size_t i = 0; i < s.len; i++) {
        bool pair = i + 1 < s.len && s.ptr[i] == s.ptr[i + 1];

        out[len++] = s.ptr[i];
        if (pair && (s.ptr[i] == '{' || s.ptr[i] == '}'))
            i++;
    }
    return (ifb_str){ out, len };
}

/* Upstream makes a pattern of it, in which a ".*" of the template itself is a wildcard, too. */
static enum ifb_code bind_template(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    static const ifb_str head = IFB_STR_INIT("{instruction}\n"), hole = IFB_STR_INIT("{answer}"),
                         any = IFB_STR_INIT(".*");
    struct template_args *a = args;
    ifb_str rest = a->target;
    ifb_str *at = NULL;
    size_t n = 0, cap = 0;

    (void)err;
    if (ifb_str_starts(rest, head))
        rest = ifb_str_from(rest, head.len);
    rest = single_braces(arena, rest);
    for (size_t i = 0; i <= rest.len;) {
        ifb_str here = ifb_str_from(rest, i);
        size_t len = ifb_str_starts(here, hole)  ? hole.len
                     : ifb_str_starts(here, any) ? any.len
                                                 : 0;

        if (!len && here.len) {
            i++;
            continue;
        }
        at = ifb_grow(arena, at, &cap, n + 1, sizeof(*at));
        at[n++] = ifb_str_part(rest, 0, i);
        if (!here.len)
            break;
        rest = ifb_str_from(here, len);
        i = 0;
    }
    a->literals = (struct ifb_strs){ at, n };
    return IFB_OK;
}

/* The end of the line that `at` is in. */
static size_t line_end(ifb_str text, size_t at)
{
    size_t end = ifb_str_chr(text, '\n', at);

    return end == SIZE_MAX ? text.len : end;
}

/*
 * The leftmost place of each literal is as good as any: a wildcard does not
 * leave its line. On failure *which is the literal that was not there.
 */
static bool match_template(const struct template_args *a, ifb_str text, size_t *which)
{
    const ifb_str *literal = a->literals.at;
    size_t last = a->literals.n - 1, at = literal[0].len, end;

    *which = 0;
    if (!last)
        return ifb_str_eq(text, literal[0]);
    if (!ifb_str_starts(text, literal[0]))
        return false;
    end = line_end(text, at);
    for (*which = 1; *which < last; ++*which) {
        ifb_str here = literal[*which];
        size_t limit = text.len - end < here.len ? text.len : end + here.len;
        size_t found = here.len ? ifb_str_find(ifb_str_part(text, 0, limit), here, at) : at;

        if (found == SIZE_MAX)
            return false;
        at = found + here.len;
        if (at > end)
            end = line_end(text, at);
    }
    return text.len - at >= literal[last].len && ifb_str_ends(text, literal[last]) &&
           text.len - literal[last].len <= end;
}

static enum ifb_outcome check_template(const void *args, struct ifb_probe *p)
{
    const struct template_args *a = args;
    size_t which;
    bool ok = match_template(a, ifb_text_raw(p->text), &which);

    if (ok)
        ifb_why(p, "has the form of the examples");
    else if (!which && a->literals.n > 1)
        ifb_why(p, "does not begin with '%.*s', the form of the examples",
                IFB_ARG(ifb_shown(a->literals.at[0])));
    else if (which + 1 < a->literals.n)
        ifb_why(p, "'%.*s' of the examples' form does not follow",
                IFB_ARG(ifb_shown(a->literals.at[which])));
    else
        ifb_why(p, "does not end in its first line with '%.*s', the form of the examples",
                IFB_ARG(ifb_shown(a->literals.at[which])));
    return ifb_pass_if(ok);
}

static const struct ifb_field template_fields[] = {
    IFB_TEXT(struct template_args, target, "target", "the form, with {answer} and doubled braces"),
    { 0 }
};
static const struct ifb_example template_examples[] = {
    { "{\"target\":\"{instruction}\\nBOT: {answer}\"}", "BOT: Sports", IFB_PASS },
    { "{\"target\":\"{instruction}\\nBOT: {answer}\"}", "Sports", IFB_FAIL },
    { "{\"target\":\"{instruction}\\nBOT: {answer}\"}", "BOT: Sports\nBOT: More", IFB_FAIL },
    { "{\"target\":\"{instruction}\\n{{'it': '{answer}'}}\"}", "{'it': 'a'}", IFB_PASS },
    { "{\"target\":\"{instruction}\\n{answer}\"}", "", IFB_PASS },  /* a run may be empty */
    { 0 }
};

const struct ifb_check ifb_followbench_checks[] = {
    { .id = "followbench:equal", .doc = "FollowBench E2E, text_editing: equals the reference",
      .fields = target_fields, .args_size = sizeof(struct target_args), .strict_only = true,
      .run = check_equal, .examples = equal_examples },
    { .id = "followbench:lines",
      .doc = "FollowBench WIKIEVENTS: every line is a line of the reference",
      .fields = lines_fields, .args_size = sizeof(struct lines_args), .strict_only = true,
      .bind = bind_lines, .run = check_lines, .examples = lines_examples },
    { .id = "followbench:member", .doc = "FollowBench CONLL2003: is one of a list",
      .fields = member_fields, .args_size = sizeof(struct member_args), .strict_only = true,
      .bind = bind_member, .run = check_member, .examples = member_examples },
    { .id = "followbench:contains", .doc = "FollowBench self_made_space: has the reference in it",
      .fields = target_fields, .args_size = sizeof(struct target_args), .strict_only = true,
      .run = check_contains, .examples = contains_examples },
    { .id = "followbench:option",
      .doc = "FollowBench BBH_logical: the last option is the right one",
      .fields = target_fields, .args_size = sizeof(struct target_args), .strict_only = true,
      .run = check_option, .examples = option_examples },
    { .id = "followbench:date", .doc = "FollowBench BBH_time: the last date is the right one",
      .fields = target_fields, .args_size = sizeof(struct target_args), .strict_only = true,
      .run = check_date, .examples = date_examples },
    { .id = "followbench:amount", .doc = "FollowBench gsm_8k: the last amount is the right one",
      .fields = amount_fields, .args_size = sizeof(struct amount_args), .strict_only = true,
      .run = check_amount, .examples = amount_examples },
    { .id = "followbench:template", .doc = "FollowBench example: has the form of the examples",
      .fields = template_fields, .args_size = sizeof(struct template_args), .strict_only = true,
      .bind = bind_template, .run = check_template, .examples = template_examples },
    { 0 }
};
