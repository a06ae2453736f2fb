/* SPDX-License-Identifier: Apache-2.0 */
/* detectable_content: placeholders and postscripts. */
#include "scorers/families.h"

#include "harness/base/arena.h"
#include "harness/base/regex.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/pattern.h"
#include "scorers/shared.h"

/* ---- number_placeholders ---- */

/* The next of the two bytes, or the end. */
static size_t find_either(ifb_str text, size_t at, char a, char b)
{
    while (at < text.len && text.ptr[at] != a && text.ptr[at] != b)
        at++;
    return at;
}

/* len(re.findall(r"\[.*?\]")): after a bracket that nothing closes, the line has no more. */
static int64_t count_placeholders(ifb_str text, struct ifb_probe *p)
{
    size_t at = 0;
    int64_t n = 0;

    while ((at = ifb_str_chr(text, '[', at)) != SIZE_MAX) {
        size_t end = find_either(text, at, ']', '\n');

        if (end < text.len && text.ptr[end] == ']') {
            ifb_mark(p, ifb_str_part(text, at, end + 1));
            n++;
        }
        at = end;
    }
    return n;
}

enum ifb_outcome ifb_placeholders_check(const void *args, struct ifb_probe *p)
{
    const struct ifb_at_least_args *a = args;
    int64_t n = count_placeholders(ifb_text_raw(p->text), p);

    return ifb_compare(p, n, IFB_AT_LEAST, a->limit, "placeholders");
}

static const struct ifb_field placeholders_fields[] = {
    IFB_COUNT(struct ifb_at_least_args, limit, "num_placeholders",
              "at least so many"),
    { 0 }
};
static const struct ifb_example placeholders_examples[] = {
    { "{\"num_placeholders\":2}", "Dear [name], meet me at [place].", IFB_PASS },
    { "{\"num_placeholders\":2}", "Dear [name], meet me.", IFB_FAIL },
    { "{\"num_placeholders\":2}", "[[nested]]", IFB_FAIL },       /* counts once */
    { "{\"num_placeholders\":1}", "[over two\nlines]", IFB_FAIL },
    { "{\"num_placeholders\":1}", "an empty one: []", IFB_PASS },
    { 0 }
};

/* ---- postscript ---- */

enum marker { MARKER_PPS, MARKER_PS, MARKER_LITERAL, MARKER_PATTERN };

struct postscript_args {
    ifb_str marker;
    enum marker kind;
    struct ifb_pattern pattern;
};

/*
 * Upstream searches \s*MARKER.*$ in the lowered text. The white space before it
 * never changes the verdict, only the time a long run of it takes: it is left
 * out, unless the marker begins with a quantifier and so continues it.
 */
void ifb_marker_bind(struct ifb_pattern *out, ifb_str marker, struct ifb_arena *arena)
{
    ifb_str lower = ifb_lower(arena, marker);
    char *full = ifb_alloc_raw(arena, lower.len + 6);
    ifb_str pattern = { full, lower.len + 6 };

    memcpy(full, "\\s*", 3);
    memcpy(full + 3, lower.ptr, lower.len);
    memcpy(full + 3 + lower.len, ".*$", 3);
    ifb_pattern_bind(out, marker, pattern, IFB_RE_MULTILINE, arena);
    if (out->broken.len || strchr("*+?{", full[3]))
        return;
    ifb_pattern_close(out);
    ifb_pattern_bind(out, marker, ifb_str_from(pattern, 3), IFB_RE_MULTILINE, arena);
}

static enum ifb_code bind_postscript(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct postscript_args *a = args;

    (void)err;
    a->marker = ifb_strip(a->marker);
    if (ifb_str_is(a->marker, "P.P.S")) {
        a->kind = MARKER_PPS;
    } else if (ifb_str_is(a->marker, "P.S.")) {
        a->kind = MARKER_PS;
    } else if (ifb_pattern_is_literal(a->marker)) {
        a->kind = MARKER_LITERAL;
        a->marker = ifb_lower(arena, a->marker);
    } else {
        a->kind = MARKER_PATTERN;
        ifb_marker_bind(&a->pattern, a->marker, arena);
    }
    return IFB_OK;
}

static void release_postscript(void *args)
{
    ifb_pattern_close(&((struct postscript_args *)args)->pattern);
}

/*
 * Matches `letters` (lower case) at `at`, a '.' after each but perhaps the
 * last, at most one white space before each but the first. Nothing but P and S
 * lowers to p and s, so the text need not be lowered.
 */
static bool match_dotted(ifb_str text, size_t at, const char *letters, bool last_dot)
{
    for (size_t i = 0; letters[i]; i++) {
        const char *p = text.ptr + at;

        if (i && at < text.len && ifb_is_space(ifb_utf8_next(&p)))
            at = (size_t)(p - text.ptr);
        if (at >= text.len || (text.ptr[at] | 0x20) != letters[i])
            return false;
        at++;
        if (!letters[i + 1] && !last_dot)
            return true;
        if (at >= text.len || text.ptr[at] != '.')
            return false;
        at++;
    }
    return true;
}

static bool find_dotted(ifb_str text, const char *letters, bool last_dot, ifb_str *found)
{
    size_t dot = 0;

    while ((dot = ifb_str_chr(text, '.', dot)) != SIZE_MAX) {
        if (dot && match_dotted(text, dot - 1, letters, last_dot)) {
            *found = ifb_str_part(text, dot - 1, dot + 1);
            return true;
        }
        dot++;
    }
    return false;
}

static enum ifb_outcome search_marker(const struct postscript_args *a, struct ifb_probe *p,
                                      ifb_str *found)
{
    ifb_str raw = ifb_text_raw(p->text), match;

    switch (a->kind) {
    case MARKER_PPS: return ifb_pass_if(find_dotted(raw, "pps", false, found));
    case MARKER_PS: return ifb_pass_if(find_dotted(raw, "ps", true, found));
    case MARKER_LITERAL:
        return ifb_pass_if(ifb_str_find(ifb_text_lower(p->text), a->marker, 0) != SIZE_MAX);
    case MARKER_PATTERN: break;
    }
    return ifb_pattern_search(&a->pattern, p, ifb_text_lower(p->text), &match);
}

/* Upstream's PostscriptChecker asks for no place: anywhere in the text will do. */
static enum ifb_outcome check_postscript(const void *args, struct ifb_probe *p)
{
    const struct postscript_args *a = args;
    ifb_str found = { NULL, 0 }, shown = ifb_shown(a->marker);
    enum ifb_outcome outcome = search_marker(a, p, &found);

    if (outcome == IFB_ERROR)
        return outcome;
    if (found.ptr)
        ifb_mark(p, found);
    ifb_why(p, outcome == IFB_PASS ? "found '%.*s'" : "'%.*s' not found", IFB_ARG(shown));
    return outcome;
}

static const struct ifb_field postscript_fields[] = {
    IFB_TEXT(struct postscript_args, marker, "postscript_marker",
             "P.S. or P.P.S (dots literal, spaces allowed), else a pattern, in any case"),
    { 0 }
};
static const struct ifb_example postscript_examples[] = {
    { "{\"postscript_marker\":\"P.S.\"}", "Bye.\n\nP. s. Write soon.", IFB_PASS },
    { "{\"postscript_marker\":\"P.S.\"}", "Bye.\n\nPS Write soon.", IFB_FAIL },
    { "{\"postscript_marker\":\"P.P.S\"}", "Ours. P.P.S is the marker.", IFB_PASS },
    { "{\"postscript_marker\":\"PS\"}", "Perhaps.", IFB_PASS },  /* inside a word */
    { "{\"postscript_marker\":\"*\"}", "Pass.", IFB_ERROR },     /* \s** */
    { "{\"postscript_marker\":\"+\"}", "Pass.", IFB_PASS },      /* \s*+ */
    { 0 }
};

const struct ifb_check ifb_content_checks[] = {
    { .id = "detectable_content:number_placeholders",
      .doc = "at least so many placeholders in square brackets", .fields = placeholders_fields,
      .args_size = sizeof(struct ifb_at_least_args), .run = ifb_placeholders_check,
      .examples = placeholders_examples },
    { .id = "detectable_content:postscript", .doc = "a postscript marker stands somewhere",
      .fields = postscript_fields, .args_size = sizeof(struct postscript_args),
      .bind = bind_postscript, .release = release_postscript, .run = check_postscript,
      .examples = postscript_examples },
    { 0 }
};
