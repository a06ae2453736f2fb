/* SPDX-License-Identifier: Apache-2.0 */
/*
 * detectable_format: bullets, highlights, sections, titles, JSON. Upstream's
 * patterns are fixed but for one, so each is a scanner of its own, quoted above
 * it; tests/unit/test_scanners.c holds them against the patterns.
 */
#include "scorers/families.h"

#include "harness/base/arena.h"
#include "harness/base/json.h"
#include "harness/base/regex.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/pattern.h"
#include "scorers/shared.h"

size_t ifb_line_end(ifb_str text, size_t at)
{
    size_t end = ifb_str_chr(text, '\n', at);

    return end == SIZE_MAX ? text.len : end;
}

size_t ifb_skip_space(ifb_str text, size_t at)
{
    const char *p = text.ptr + at, *end = text.ptr + text.len, *here = p;

    while (p < end && ifb_is_space(ifb_utf8_next(&p)))
        here = p;
    return (size_t)(here - text.ptr);
}

/* ---- number_bullet_lists ---- */

/*
 * len(re.findall(r"^\s*\*[^\*].*$")) for '*', r"^\s*-.*$" for '-'; both
 * MULTILINE. The white space may hold line breaks, so that a match can begin on
 * an earlier blank line, and [^\*] may be the line break itself.
 */
int64_t ifb_count_bullets(ifb_str text, char mark, struct ifb_probe *p)
{
    size_t at = 0;  /* always the start of a line */
    int64_t n = 0;

    while (at < text.len) {
        size_t bullet = ifb_skip_space(text, at), end = bullet;

        if (bullet < text.len && text.ptr[bullet] == mark) {
            if (mark == '-')
                end = ifb_line_end(text, bullet + 1);
            else if (bullet + 1 < text.len && text.ptr[bullet + 1] != '*')
                end = ifb_line_end(text, bullet + 2);
        }
        if (end > bullet) {
            ifb_mark(p, ifb_str_part(text, bullet, end));
            n++;
        }
        /* A match that took the line break of an empty line ends where a line starts. */
        at = end > bullet && text.ptr[end - 1] == '\n' ? end : ifb_line_end(text, end) + 1;
    }
    return n;
}

enum ifb_outcome ifb_exactly(struct ifb_probe *p, int64_t n, int64_t wanted, const char *noun)
{
    ifb_why(p, "found %lld %s, wanted %lld", (long long)n, noun, (long long)wanted);
    return ifb_pass_if(n == wanted);
}

static enum ifb_outcome check_bullets(const void *args, struct ifb_probe *p)
{
    const struct ifb_exactly_args *a = args;
    ifb_str text = ifb_text_raw(p->text);
    int64_t n = ifb_count_bullets(text, '*', p) + ifb_count_bullets(text, '-', p);

    return ifb_exactly(p, n, a->wanted, "bullets");
}

static const struct ifb_field bullets_fields[] = {
    IFB_COUNT(struct ifb_exactly_args, wanted, "num_bullets", "exactly so many"),
    { 0 }
};
static const struct ifb_example bullets_examples[] = {
    { "{\"num_bullets\":2}", "Buy:\n* tea\n  - milk", IFB_PASS },
    { "{\"num_bullets\":2}", "Buy:\n* tea\n* milk\n* bread", IFB_FAIL },
    { "{\"num_bullets\":2}", "- tea\n---\nno more", IFB_PASS },     /* a rule counts */
    { "{\"num_bullets\":1}", "*\n* tea", IFB_PASS },  /* a lone star takes the next line */
    { "{\"num_bullets\":1}", "**tea**", IFB_FAIL },
    { 0 }
};

/* ---- constrained_response ---- */

enum ifb_outcome ifb_one_of_three(struct ifb_probe *p, const ifb_str answers[3])
{
    ifb_str text = ifb_text_raw(p->text);

    for (size_t i = 0; i < 3; i++) {
        size_t at = ifb_str_find(text, answers[i], 0);

        if (at == SIZE_MAX)
            continue;
        ifb_mark(p, ifb_str_part(text, at, at + answers[i].len));
        ifb_why(p, "found '%s'", answers[i].ptr);
        return IFB_PASS;
    }
    ifb_why(p, "found none of the answers '%.*s', '%.*s', '%.*s'", IFB_ARG(answers[0]),
            IFB_ARG(answers[1]), IFB_ARG(answers[2]));
    return IFB_FAIL;
}

static enum ifb_outcome check_constrained(const void *args, struct ifb_probe *p)
{
    static const ifb_str answers[] = { IFB_STR_INIT("My answer is yes."),
                                       IFB_STR_INIT("My answer is no."),
                                       IFB_STR_INIT("My answer is maybe.") };

    (void)args;
    return ifb_one_of_three(p, answers);
}

static const struct ifb_example constrained_examples[] = {
    { "{}", "My answer is yes.", IFB_PASS },
    { "{}", "My answer is perhaps.", IFB_FAIL },
    { "{}", "I think so. My answer is maybe. Ask me tomorrow.", IFB_PASS },
    { "{}", "my answer is no.", IFB_FAIL },
    { 0 }
};

/* ---- number_highlighted_sections ---- */

static bool has_stars(ifb_str text, size_t at, size_t n)
{
    return text.len - at >= n && text.ptr[at] == '*' && text.ptr[at + n - 1] == '*';
}

/*
 * re.findall(r"\*[^\n\*]*\*") for a width of 1, r"\*\*[^\n\*]*\*\*" for 2;
 * counts the matches that hold more than white space between their stars.
 */
static int64_t count_spans(ifb_str text, size_t width, struct ifb_probe *p)
{
    size_t at = 0;
    int64_t n = 0;

    while ((at = ifb_str_chr(text, '*', at)) != SIZE_MAX) {
        size_t from = at + width, to = from;

        if (!has_stars(text, at, width)) {
            at++;
            continue;
        }
        while (to < text.len && text.ptr[to] != '*' && text.ptr[to] != '\n')
            to++;
        if (!has_stars(text, to, width)) {
            at++;
            continue;
        }
        if (!ifb_is_blank(ifb_str_part(text, from, to))) {
            ifb_mark(p, ifb_str_part(text, at, to + width));
            n++;
        }
        at = to + width;
    }
    return n;
}

enum ifb_outcome ifb_highlights_check(const void *args, struct ifb_probe *p)
{
    const struct ifb_at_least_args *a = args;
    ifb_str text = ifb_text_raw(p->text);
    int64_t n = count_spans(text, 1, p);

    n += count_spans(text, 2, p);
    return ifb_compare(p, n, IFB_AT_LEAST, a->limit, "highlights");
}

static const struct ifb_field highlights_fields[] = {
    IFB_COUNT(struct ifb_at_least_args, limit, "num_highlights", "at least so many"),
    { 0 }
};
static const struct ifb_example highlights_examples[] = {
    { "{\"num_highlights\":2}", "*one* and **two**", IFB_PASS },
    { "{\"num_highlights\":2}", "*one* and two", IFB_FAIL },
    { "{\"num_highlights\":1}", "* tea * milk", IFB_PASS },  /* two markers on one line */
    { "{\"num_highlights\":1}", "* * and ****", IFB_FAIL },  /* nothing between any two */
    { "{\"num_highlights\":1}", "*over two\nlines*", IFB_FAIL },
    { 0 }
};

/* ---- multiple_sections ---- */

int64_t ifb_capturing_groups(ifb_str s)
{
    bool in_class = false;
    int64_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '\\') {
            i++;
        } else if (in_class) {
            in_class = s.ptr[i] != ']';
        } else if (s.ptr[i] == '[') {
            in_class = true;
            i += i + 1 < s.len && s.ptr[i + 1] == '^';
            i += i + 1 < s.len && s.ptr[i + 1] == ']';
        } else if (s.ptr[i] == '(') {
            n += !ifb_str_starts(ifb_str_from(s, i), IFB_STR("(?")) ||
                 ifb_str_starts(ifb_str_from(s, i), IFB_STR("(?P<"));
        }
    }
    return n;
}

enum ifb_code ifb_sections_bind(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    static const char before[] = "\\s?", after[] = "\\s?\\d+\\s?";
    struct ifb_sections_args *a = args;
    struct ifb_buf pattern;

    (void)err;
    a->spliter = ifb_strip(a->spliter);
    a->literal = a->spliter.len && ifb_pattern_is_literal(a->spliter);
    if (a->literal)
        return IFB_OK;
    ifb_buf_init(&pattern, a->spliter.len + sizeof(before) + sizeof(after));
    ifb_buf_cstr(&pattern, before);
    ifb_buf_str(&pattern, a->spliter);
    ifb_buf_cstr(&pattern, after);
    ifb_pattern_bind(&a->pattern, a->spliter, ifb_buf_view(&pattern), 0, arena);
    ifb_buf_close(&pattern);
    a->worth = 1 + ifb_capturing_groups(a->spliter);
    return IFB_OK;
}

void ifb_sections_release(void *args)
{
    ifb_pattern_close(&((struct ifb_sections_args *)args)->pattern);
}

/* The end of \s?\d+ at `at`, or SIZE_MAX. */
static size_t match_number(ifb_str text, size_t at)
{
    const char *p = text.ptr + at, *end = text.ptr + text.len, *digits = p, *stop;

    if (p < end && ifb_is_space(ifb_utf8_next(&p)))
        digits = p;
    stop = p = digits;
    while (p < end && ifb_is_decimal(ifb_utf8_next(&p)))
        stop = p;
    return stop > digits ? (size_t)(stop - text.ptr) : SIZE_MAX;
}

/*
 * Matches of \s?SPLITER\s?\d+\s?. A literal spliter is stripped, so the white
 * space around a match is never part of another's spliter and can be left out.
 */
static int64_t count_literal(ifb_str text, ifb_str spliter, struct ifb_probe *p)
{
    size_t at = 0;
    int64_t n = 0;

    while ((at = ifb_str_find(text, spliter, at)) != SIZE_MAX) {
        size_t end = match_number(text, at + spliter.len);

        if (end == SIZE_MAX) {
            at++;
            continue;
        }
        ifb_mark(p, ifb_str_part(text, at, end));
        at = end;
        n++;
    }
    return n;
}

/* Upstream's SectionChecker takes len(re.split(...)) - 1, which counts captured groups too. */
enum ifb_outcome ifb_sections_check(const void *args, struct ifb_probe *p)
{
    const struct ifb_sections_args *a = args;
    ifb_str text = ifb_text_raw(p->text);
    int64_t n = a->literal ? count_literal(text, a->spliter, p)
                           : ifb_pattern_count(&a->pattern, p, text, true);

    if (n < 0)
        return IFB_ERROR;
    return ifb_compare(p, a->literal ? n : n * a->worth, IFB_AT_LEAST, a->num_sections,
                       "sections");
}

static const struct ifb_field sections_fields[] = {
    IFB_TEXT(struct ifb_sections_args, spliter, "section_spliter",
             "a pattern that stands before each section's number, such as SECTION"),
    IFB_COUNT(struct ifb_sections_args, num_sections, "num_sections", "at least so many"),
    { 0 }
};
static const struct ifb_example sections_examples[] = {
    { "{\"section_spliter\":\"SECTION\",\"num_sections\":2}", "SECTION 1\na\nSECTION 2\nb",
      IFB_PASS },
    { "{\"section_spliter\":\"SECTION\",\"num_sections\":2}", "SECTION 1\na\nSection 2\nb",
      IFB_FAIL },
    { "{\"section_spliter\":\"Day\",\"num_sections\":2}", "Day one. Day two.", IFB_FAIL },
    { "{\"section_spliter\":\"Day\",\"num_sections\":2}", "See Day1 and Day 2.", IFB_PASS },
    { "{\"section_spliter\":\"(Day|Night)\",\"num_sections\":2}", "Day 1", IFB_PASS }, /* a group */
    { 0 }
};

/* ---- json_format ---- */

static ifb_str without_fence(ifb_str s)
{
    static const ifb_str fences[] = { IFB_STR_INIT("```json"), IFB_STR_INIT("```Json"),
                                      IFB_STR_INIT("```JSON"), IFB_STR_INIT("```") };

    for (size_t i = 0; i < sizeof(fences) / sizeof(fences[0]); i++)
        if (ifb_str_starts(s, fences[i]))
            s = ifb_str_from(s, fences[i].len);
    if (ifb_str_ends(s, IFB_STR("```")))
        s.len -= 3;
    return ifb_strip(s);
}

/* Upstream's JsonFormat catches ValueError only: json.loads of deep nesting raises past it. */
static enum ifb_outcome check_json(const void *args, struct ifb_probe *p)
{
    struct ifb_error err;
    enum ifb_code code;

    (void)args;
    code = ifb_json_check(without_fence(ifb_text_strip(p->text)), IFB_JSON_PYTHON, &err);
    ifb_why(p, "%s", code ? err.msg : "valid JSON");
    return code == IFB_ELIMIT ? IFB_ERROR : ifb_pass_if(code == IFB_OK);
}

static const struct ifb_example json_examples[] = {
    { "{}", "{\"tea\": [1, 2.5, null]}", IFB_PASS },
    { "{}", "Here it is: {\"tea\": 1}", IFB_FAIL },
    { "{}", "```json\n{\"tea\": 1}\n```", IFB_PASS },
    { "{}", "{\"tea\": 1,}", IFB_FAIL },
    { "{}", "NaN", IFB_PASS },  /* as Python reads it */
    { 0 }
};

/* ---- title ---- */

/*
 * re.findall(r"<<[^\n]+>>"): greedy, so a line has at most one match, from its
 * first opening to its last closing.
 */
static bool find_title(ifb_str line, const struct ifb_title_marks *m, ifb_str *title)
{
    size_t from = ifb_str_find(line, m->open, 0), to = line.len;
    size_t least = from + m->open.len + 1 + m->close.len;

    if (from == SIZE_MAX)
        return false;
    while (to >= least && !ifb_str_ends(ifb_str_part(line, from, to), m->close))
        to--;
    *title = ifb_str_part(line, from, to);
    return to >= least;
}

/* title.lstrip("<").rstrip(">").strip() holds something. */
static bool has_content(ifb_str title, const struct ifb_title_marks *m)
{
    while (ifb_str_starts(title, m->left))
        title = ifb_str_from(title, m->left.len);
    while (ifb_str_ends(title, m->right))
        title.len -= m->right.len;
    return !ifb_is_blank(title);
}

enum ifb_outcome ifb_title_find(struct ifb_probe *p, const struct ifb_title_marks *m)
{
    ifb_str text = ifb_text_raw(p->text), title;
    size_t at = 0;

    while ((at = ifb_str_find(text, m->open, at)) != SIZE_MAX) {
        size_t end = ifb_line_end(text, at);

        if (find_title(ifb_str_part(text, at, end), m, &title) && has_content(title, m)) {
            ifb_mark(p, title);
            ifb_why(p, "found '%.*s'", IFB_ARG(ifb_shown(title)));
            return IFB_PASS;
        }
        at = end;
    }
    ifb_why(p, "no title in %.*s %.*s found", IFB_ARG(m->open), IFB_ARG(m->close));
    return IFB_FAIL;
}

static enum ifb_outcome check_title(const void *args, struct ifb_probe *p)
{
    static const struct ifb_title_marks marks = { IFB_STR_INIT("<<"), IFB_STR_INIT(">>"),
                                                  IFB_STR_INIT("<"), IFB_STR_INIT(">") };

    (void)args;
    return ifb_title_find(p, &marks);
}

static const struct ifb_example title_examples[] = {
    { "{}", "<<Of Tea>>\nIt is good.", IFB_PASS },
    { "{}", "Of Tea\nIt is good.", IFB_FAIL },
    { "{}", "<< >>", IFB_FAIL },
    { "{}", "if (a << 2 && b >> 3)", IFB_PASS },
    { 0 }
};

const struct ifb_check ifb_format_checks[] = {
    { .id = "detectable_format:number_bullet_lists",
      .doc = "exactly so many lines that begin with * or -", .fields = bullets_fields,
      .args_size = sizeof(struct ifb_exactly_args), .run = check_bullets,
      .examples = bullets_examples },
    { .id = "detectable_format:constrained_response",
      .doc = "one of three given answers stands somewhere", .run = check_constrained,
      .examples = constrained_examples },
    { .id = "detectable_format:number_highlighted_sections",
      .doc = "at least so many runs of text between * or **", .fields = highlights_fields,
      .args_size = sizeof(struct ifb_at_least_args), .run = ifb_highlights_check,
      .examples = highlights_examples },
    { .id = "detectable_format:multiple_sections",
      .doc = "at least so many section marks followed by a number", .fields = sections_fields,
      .args_size = sizeof(struct ifb_sections_args), .bind = ifb_sections_bind,
      .release = ifb_sections_release, .run = ifb_sections_check, .examples = sections_examples },
    { .id = "detectable_format:json_format",
      .doc = "the text is JSON as Python reads it, perhaps in a code fence", .run = check_json,
      .examples = json_examples },
    { .id = "detectable_format:title", .doc = "a title stands in << >>", .run = check_title,
      .examples = title_examples },
    { 0 }
};
