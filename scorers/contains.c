/* SPDX-License-Identifier: Apache-2.0 */
/* Given texts: what a text starts with, ends with, contains, equals, and a pattern in it. */
#include "scorers/families.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/regex.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/literal.h"
#include "scorers/pattern.h"

struct text_args {
    struct ifb_strs texts;
    bool ignore_case, trim, whole_word, all;
    struct ifb_literal *at;
};

static enum ifb_code bind_literals(struct text_args *a, struct ifb_arena *arena,
                                   struct ifb_error *err)
{
    if (!a->texts.n)
        return ifb_fail(err, IFB_EINPUT, "text is empty");
    a->at = ifb_new(arena, struct ifb_literal, a->texts.n);
    for (size_t i = 0; i < a->texts.n; i++)
        ifb_literal_bind(&a->at[i], a->texts.at[i], a->ignore_case, arena);
    return IFB_OK;
}

/* A text that is looked for must be one. */
static enum ifb_code bind_texts(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct text_args *a = args;

    for (size_t i = 0; i < a->texts.n; i++)
        if (!a->texts.at[i].len)
            return ifb_fail(err, IFB_EINPUT, "text is empty");
    return bind_literals(a, arena, err);
}

static bool has_space(ifb_str s, bool at_end)
{
    return s.len != (at_end ? ifb_rstrip(s) : ifb_lstrip(s)).len;
}

/* A wanted text whose white space `trim` takes off could never be found. */
static enum ifb_code check_space(const struct text_args *a, bool start, bool end,
                                 struct ifb_error *err)
{
    for (size_t i = 0; a->trim && i < a->texts.n; i++)
        if ((start && has_space(a->texts.at[i], false)) || (end && has_space(a->texts.at[i], true)))
            return ifb_fail(err, IFB_EINPUT, "text: '%.*s' has white space that trim passes over, "
                            "wanted \"trim\": false beside it",
                            IFB_ARG(ifb_shown(a->texts.at[i])));
    return IFB_OK;
}

static enum ifb_code bind_starts(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    enum ifb_code code = bind_texts(args, arena, err);

    return code ? code : check_space(args, true, false, err);
}

static enum ifb_code bind_ends(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    enum ifb_code code = bind_texts(args, arena, err);

    return code ? code : check_space(args, false, true, err);
}

static enum ifb_code bind_equals(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    enum ifb_code code = bind_literals(args, arena, err);

    return code ? code : check_space(args, true, true, err);
}

/* "'tea'", "one of 3 texts": what was wanted. */
static ifb_str wanted(const struct text_args *a, struct ifb_probe *p)
{
    if (a->texts.n == 1)
        return ifb_fmt(p->scratch, "'%.*s'", IFB_ARG(ifb_shown(a->texts.at[0])));
    return ifb_fmt(p->scratch, "one of %zu texts", a->texts.n);
}

/* ---- starts, ends, equals ---- */

static enum ifb_outcome check_starts(const void *args, struct ifb_probe *p)
{
    const struct text_args *a = args;
    ifb_str text = ifb_text_raw(p->text), match;

    text = a->trim ? ifb_lstrip(text) : text;
    for (size_t i = 0; i < a->texts.n; i++)
        if (ifb_literal_starts(&a->at[i], text, &match) &&
            (!a->whole_word || ifb_stands_alone(text, match))) {
            ifb_mark(p, match);
            ifb_why(p, "starts with '%.*s'", IFB_ARG(ifb_shown(match)));
            return IFB_PASS;
        }
    if (p->explain)
        ifb_why(p, "starts with '%.*s', wanted %.*s", IFB_ARG(ifb_shown(text)),
                IFB_ARG(wanted(a, p)));
    return IFB_FAIL;
}

/* As much of the end of `s` as a reason may show. */
static ifb_str shown_end(ifb_str s)
{
    size_t at = s.len > 60 ? s.len - 60 : 0;

    while (at < s.len && ((unsigned char)s.ptr[at] & 0xc0) == 0x80)
        at++;
    return ifb_str_from(s, at);
}

static enum ifb_outcome check_ends(const void *args, struct ifb_probe *p)
{
    const struct text_args *a = args;
    ifb_str text = ifb_text_raw(p->text), match;

    text = a->trim ? ifb_rstrip(text) : text;
    for (size_t i = 0; i < a->texts.n; i++)
        if (ifb_literal_ends(&a->at[i], text, &match) &&
            (!a->whole_word || ifb_stands_alone(text, match))) {
            ifb_mark(p, match);
            ifb_why(p, "ends with '%.*s'", IFB_ARG(ifb_shown(match)));
            return IFB_PASS;
        }
    if (p->explain)
        ifb_why(p, "ends with '%.*s', wanted %.*s", IFB_ARG(shown_end(text)),
                IFB_ARG(wanted(a, p)));
    return IFB_FAIL;
}

static enum ifb_outcome check_equals(const void *args, struct ifb_probe *p)
{
    const struct text_args *a = args;
    ifb_str text = ifb_text_raw(p->text);

    text = a->trim ? ifb_strip(text) : text;
    for (size_t i = 0; i < a->texts.n; i++)
        if (ifb_literal_equals(&a->at[i], text)) {
            ifb_mark(p, text);
            ifb_why(p, "is '%.*s'", IFB_ARG(ifb_shown(text)));
            return IFB_PASS;
        }
    if (p->explain)
        ifb_why(p, "is '%.*s', wanted %.*s", IFB_ARG(ifb_shown(text)), IFB_ARG(wanted(a, p)));
    return IFB_FAIL;
}

/* ---- contains ---- */

/* The first occurrence at or after `from` that counts. */
static bool find(const struct text_args *a, const struct ifb_literal *l, ifb_str text, size_t from,
                 ifb_str *match)
{
    while (ifb_literal_find(l, text, from, match)) {
        const char *next = match->ptr;

        if (!a->whole_word || ifb_stands_alone(text, *match))
            return true;
        ifb_utf8_next(&next);
        from = (size_t)(next - text.ptr);
    }
    return false;
}

static void mark_all(const struct text_args *a, const struct ifb_literal *l, struct ifb_probe *p)
{
    ifb_str text = ifb_text_raw(p->text), match;
    size_t from = 0;

    while (p->explain && p->nspans < IFB_SPANS_MAX && find(a, l, text, from, &match)) {
        ifb_mark(p, match);
        from = (size_t)(match.ptr - text.ptr) + match.len;
    }
}

static enum ifb_outcome check_contains(const void *args, struct ifb_probe *p)
{
    const struct text_args *a = args;
    ifb_str text = ifb_text_raw(p->text), match, missing = { NULL, 0 }, found = missing;
    size_t n = 0;

    for (size_t i = 0; i < a->texts.n; i++) {
        if (!find(a, &a->at[i], text, 0, &match)) {
            missing = missing.ptr ? missing : a->texts.at[i];
            if (a->all)
                break;
            continue;
        }
        found = found.ptr ? found : match;
        n++;
        mark_all(a, &a->at[i], p);
        if (!a->all && !p->explain)
            break;
    }
    if (a->all ? n == a->texts.n : n > 0)
        ifb_why(p, "found '%.*s'", IFB_ARG(ifb_shown(found)));
    else if (a->all || a->texts.n == 1)
        ifb_why(p, "'%.*s' not found", IFB_ARG(ifb_shown(missing)));
    else
        ifb_why(p, "found none of %zu texts", a->texts.n);
    return ifb_pass_if(a->all ? n == a->texts.n : n > 0);
}

static const struct text_args text_defaults = { .trim = true };

#define TEXT_FIELD(what)                                                                    \
    IFB_FIELD(struct text_args, texts, "text", .kind = IFB_TEXTS, .required = true, .doc = what)
#define CASE_FIELD                                                                          \
    IFB_FIELD(struct text_args, ignore_case, "ignore_case", .kind = IFB_BOOL,               \
              .doc = "compare without regard to case (false)")
#define WORD_FIELD                                                                          \
    IFB_FIELD(struct text_args, whole_word, "whole_word", .kind = IFB_BOOL,                 \
              .doc = "no letter, digit or _ may stand right beside it (false)")

static const struct ifb_field starts_fields[] = {
    TEXT_FIELD("what to start with; one of several is enough"), CASE_FIELD,
    IFB_FIELD(struct text_args, trim, "trim", .kind = IFB_BOOL,
              .doc = "pass over white space at the start (true)"),
    WORD_FIELD, { 0 }
};
static const struct ifb_field ends_fields[] = {
    TEXT_FIELD("what to end with; one of several is enough"), CASE_FIELD,
    IFB_FIELD(struct text_args, trim, "trim", .kind = IFB_BOOL,
              .doc = "pass over white space at the end (true)"),
    WORD_FIELD, { 0 }
};
static const struct ifb_field equals_fields[] = {
    TEXT_FIELD("the whole text; one of several is enough"), CASE_FIELD,
    IFB_FIELD(struct text_args, trim, "trim", .kind = IFB_BOOL,
              .doc = "pass over white space at both ends (true)"),
    { 0 }
};
static const struct ifb_field contains_fields[] = {
    TEXT_FIELD("what to find; one of several is enough"),
    IFB_FIELD(struct text_args, all, "all", .kind = IFB_BOOL,
              .doc = "all of several must be found (false)"),
    CASE_FIELD, WORD_FIELD, { 0 }
};
static const struct ifb_example starts_examples[] = {
    { "{\"text\":\"Dear\"}", "Dear Sir,", IFB_PASS },
    { "{\"text\":\"Dear\"}", "dear Sir,", IFB_FAIL },
    { "{\"text\":[\"hi\",\"dear\"],\"ignore_case\":true}", "DEAR Sir,", IFB_PASS },
    { "{\"text\":\"Dear\"}", "\n Dear Sir,", IFB_PASS },
    { "{\"text\":\"Dear\",\"trim\":false}", "\n Dear Sir,", IFB_FAIL },
    { "{\"text\":\"- \"}", " - tea", IFB_PASS },
    { "{\"text\":\" -\"}", " - tea", IFB_ERROR },  /* trim would take the blank */
    { "{\"text\":\"De\",\"whole_word\":true}", "Dear Sir,", IFB_FAIL },
    { "{\"text\":[]}", "anything", IFB_ERROR },
    { 0 }
};
static const struct ifb_example ends_examples[] = {
    { "{\"text\":[\".\",\"!\"]}", "Come home!", IFB_PASS },
    { "{\"text\":\"!\"}", "Come home!\n", IFB_PASS },
    { "{\"text\":\"!\",\"trim\":false}", "Come home!\n", IFB_FAIL },
    { "{\"text\":\"\xc3\x89\",\"ignore_case\":true}", "caf\xc3\xa9", IFB_PASS },
    { "{\"text\":\"me!\",\"whole_word\":true}", "Come home!", IFB_FAIL },
    { 0 }
};
static const struct ifb_example equals_examples[] = {
    { "{\"text\":[\"yes\",\"no\"]}", "yes", IFB_PASS },
    { "{\"text\":[\"yes\",\"no\"]}", "yes.", IFB_FAIL },
    { "{\"text\":\"yes\",\"ignore_case\":true}", " Yes\n", IFB_PASS },
    { "{\"text\":\"yes\",\"whole_word\":true}", "yes", IFB_ERROR },
    { 0 }
};
static const struct ifb_example contains_examples[] = {
    { "{\"text\":\"tea\"}", "A steady hand.", IFB_PASS },
    { "{\"text\":\"tea\",\"whole_word\":true}", "A steady hand. Tea.", IFB_FAIL },
    { "{\"text\":[\"milk\",\"tea\"],\"ignore_case\":true}", "Tea only.", IFB_PASS },
    { "{\"text\":[\"milk\",\"tea\"],\"all\":true}", "tea only", IFB_FAIL },
    { "{\"text\":\"c++ (\"}", "Use c++ (or C).", IFB_PASS },  /* no pattern */
    { "{\"text\":\"\"}", "anything", IFB_ERROR },
    { 0 }
};

/* ---- pattern ---- */

struct pattern_args {
    ifb_str source, flags;
    struct ifb_pattern pattern;
};

static enum ifb_code bind_pattern(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    static const char letters[] = "ims";
    struct pattern_args *a = args;
    unsigned flags = 0;

    for (size_t i = 0; i < a->flags.len; i++) {
        const char *at = a->flags.ptr[i] ? strchr(letters, a->flags.ptr[i]) : NULL;

        if (!at)
            return ifb_fail(err, IFB_EINPUT, "flags: wanted letters of \"ims\", found \"%.*s\"",
                            IFB_ARG(ifb_shown(a->flags)));
        flags |= (unsigned[]){ IFB_RE_IGNORECASE, IFB_RE_MULTILINE, IFB_RE_DOTALL }[at - letters];
    }
    return ifb_pattern_bind_valid(&a->pattern, a->source, flags, arena, err);
}

static void release_pattern(void *args)
{
    ifb_pattern_close(&((struct pattern_args *)args)->pattern);
}

static enum ifb_outcome check_pattern(const void *args, struct ifb_probe *p)
{
    const struct pattern_args *a = args;
    ifb_str text = ifb_text_raw(p->text), match;
    enum ifb_outcome outcome = ifb_pattern_search(&a->pattern, p, text, &match);

    if (outcome == IFB_PASS) {
        if (p->explain)
            ifb_pattern_count(&a->pattern, p, text, true);
        ifb_why(p, "found '%.*s'", IFB_ARG(ifb_shown(match)));
    }
    if (outcome == IFB_FAIL)
        ifb_why(p, "no match of '%.*s'", IFB_ARG(ifb_shown(a->source)));
    return outcome;
}

static const struct ifb_field pattern_fields[] = {
    IFB_TEXT(struct pattern_args, source, "pattern",
             "Python's re syntax; found anywhere unless ^ or \\A and $ or \\Z bind it"),
    IFB_FIELD(struct pattern_args, flags, "flags", .kind = IFB_STRING,
              .doc = "letters: i any case, m ^ and $ at lines too, s . takes line feeds too"),
    { 0 }
};
static const struct ifb_example pattern_examples[] = {
    { "{\"pattern\":\"\\\\d{4}-\\\\d{2}\"}", "On 2024-05 it was.", IFB_PASS },
    { "{\"pattern\":\"^total\"}", "The\nTotal", IFB_FAIL },
    { "{\"pattern\":\"^total\",\"flags\":\"im\"}", "The\nTotal", IFB_PASS },
    { "{\"pattern\":\"a(\"}", "a(", IFB_ERROR },
    { "{\"pattern\":\"a\",\"flags\":\"x\"}", "a", IFB_ERROR },
    { 0 }
};

#define TEXT_ROW .args_size = sizeof(struct text_args), .defaults = &text_defaults

const struct ifb_check ifb_contains_checks[] = {
    { .id = "starts", .doc = "starts with a text", .fields = starts_fields, TEXT_ROW,
      .bind = bind_starts, .run = check_starts, .examples = starts_examples },
    { .id = "ends", .doc = "ends with a text", .fields = ends_fields, TEXT_ROW,
      .bind = bind_ends, .run = check_ends, .examples = ends_examples },
    { .id = "equals", .doc = "is a text, nothing else", .fields = equals_fields, TEXT_ROW,
      .bind = bind_equals, .run = check_equals, .examples = equals_examples },
    { .id = "contains", .doc = "contains a text, inside words too", .fields = contains_fields,
      TEXT_ROW, .bind = bind_texts, .run = check_contains, .examples = contains_examples },
    { .id = "pattern", .doc = "a regular expression matches somewhere", .fields = pattern_fields,
      .args_size = sizeof(struct pattern_args), .bind = bind_pattern, .release = release_pattern,
      .run = check_pattern, .examples = pattern_examples },
    { 0 }
};
