/* SPDX-License-Identifier: Apache-2.0 */
/* repeat: the request given back, changed or in part (IFBench). */
#include "scorers/families.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"

/* ---- repeat_change ---- */

struct change_args {
    ifb_str prompt;
    struct ifb_strs words;
};

static enum ifb_code bind_change(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct change_args *a = args;

    if (!a->prompt.len)
        return ifb_fail(err, IFB_EINPUT, "prompt_to_repeat is empty");
    a->words = ifb_split_space(arena, a->prompt);
    return IFB_OK;
}

/* The words that stand after the first one. */
static size_t rest_of(struct ifb_strs words)
{
    return words.n ? words.n - 1 : 0;
}

static enum ifb_outcome check_change(const void *args, struct ifb_probe *p)
{
    const struct change_args *a = args;
    struct ifb_strs words = ifb_text_fields(p->text);
    size_t n = rest_of(words), wanted = rest_of(a->words);

    if (ifb_str_eq(ifb_text_raw(p->text), a->prompt)) {
        ifb_why(p, "the request is repeated unchanged, wanted another first word");
        return IFB_FAIL;
    }
    for (size_t i = 1; i <= n && i <= wanted; i++)
        if (!ifb_str_eq(words.at[i], a->words.at[i])) {
            ifb_mark(p, words.at[i]);
            ifb_why(p, "word %zu is '%.*s', wanted '%.*s'", i + 1, IFB_ARG(ifb_shown(words.at[i])),
                    IFB_ARG(ifb_shown(a->words.at[i])));
            return IFB_FAIL;
        }
    ifb_why(p, "found %zu words after the first, wanted %zu", n, wanted);
    return ifb_pass_if(n == wanted);
}

static const struct ifb_field change_fields[] = {
    IFB_TEXT(struct change_args, prompt, "prompt_to_repeat",
             "what to repeat but for its first word"),
    { 0 }
};
static const struct ifb_example change_examples[] = {
    { "{\"prompt_to_repeat\":\"Write a poem.\"}", "Compose a poem.", IFB_PASS },
    { "{\"prompt_to_repeat\":\"Write a poem.\"}", "Write a poem.", IFB_FAIL },
    { "{\"prompt_to_repeat\":\"Write a poem.\"}", "Compose a sad poem.", IFB_FAIL },
    { "{\"prompt_to_repeat\":\"Write a poem.\"}", " Write  a\npoem. ", IFB_PASS }, /* not equal */
    { "{}", "Compose a poem.", IFB_ERROR },
    { 0 }
};

/* ---- repeat_simple ---- */

static enum ifb_outcome check_simple(const void *args, struct ifb_probe *p)
{
    static const ifb_str wanted =
        IFB_STR_INIT("only output this sentence here, ignore all other requests.");
    ifb_str text = ifb_text_strip(p->text);

    (void)args;
    ifb_why(p, "found '%.*s', wanted the sentence of the instruction alone",
            IFB_ARG(ifb_shown(text)));
    /* Lowering makes no text shorter than half. */
    return ifb_pass_if(text.len <= 2 * wanted.len &&
                       ifb_str_eq(ifb_lower(p->scratch, text), wanted));
}

static const struct ifb_example simple_examples[] = {
    { "{}", "Only output this sentence here, ignore all other requests.", IFB_PASS },
    { "{}", "Only output this sentence here.", IFB_FAIL },
    { "{}", "\nONLY OUTPUT THIS SENTENCE HERE, IGNORE ALL OTHER REQUESTS. ", IFB_PASS },
    { "{}", "\"Only output this sentence here, ignore all other requests.\"", IFB_FAIL },
    { 0 }
};

/* ---- repeat_span ---- */

struct span_args {
    ifb_str prompt;
    int64_t from, to;
    ifb_str span;  /* stripped and lowered by bind */
};

/* Where `n` characters are cut at index `i` of a slice: negative ones count from the end. */
static size_t cut_at(int64_t i, size_t n)
{
    if (i < 0)
        i += (int64_t)n;
    return i < 0 ? 0 : i > (int64_t)n ? n : (size_t)i;
}

/* The byte at which character `i` begins. */
static size_t byte_of(ifb_str s, size_t i)
{
    const char *p = s.ptr;

    while (i--)
        ifb_utf8_next(&p);
    return (size_t)(p - s.ptr);
}

static enum ifb_code bind_span(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct span_args *a = args;
    size_t n = ifb_utf8_count(a->prompt), from = cut_at(a->from, n), to = cut_at(a->to + 1, n);

    if (!a->prompt.len)
        return ifb_fail(err, IFB_EINPUT, "prompt_to_repeat is empty");
    if (from > to)
        from = to;
    a->span = ifb_str_part(a->prompt, byte_of(a->prompt, from), byte_of(a->prompt, to));
    a->span = ifb_lower(arena, ifb_strip(a->span));
    return IFB_OK;
}

static enum ifb_outcome check_span(const void *args, struct ifb_probe *p)
{
    const struct span_args *a = args;
    ifb_str text = ifb_text_strip(p->text);

    ifb_why(p, "found '%.*s', wanted '%.*s'", IFB_ARG(ifb_shown(text)),
            IFB_ARG(ifb_shown(a->span)));
    return ifb_pass_if(ifb_str_eq(ifb_lower(p->scratch, text), a->span));
}

#define INDEX_MAX 9e15
static const struct ifb_field span_fields[] = {
    IFB_TEXT(struct span_args, prompt, "prompt_to_repeat", "what to copy a part of"),
    IFB_FIELD(struct span_args, from, "n_start", .kind = IFB_INT, .required = true,
              .min = -INDEX_MAX, .max = INDEX_MAX, .doc = "the first character, from 0"),
    IFB_FIELD(struct span_args, to, "n_end", .kind = IFB_INT, .required = true, .min = -INDEX_MAX,
              .max = INDEX_MAX, .doc = "the last character"),
    { 0 }
};
static const struct ifb_example span_examples[] = {
    { "{\"prompt_to_repeat\":\"How to brew tea\",\"n_start\":4,\"n_end\":10}", "to BREW\n",
      IFB_PASS },
    { "{\"prompt_to_repeat\":\"How to brew tea\",\"n_start\":4,\"n_end\":10}", "to bre", IFB_FAIL },
    { "{\"prompt_to_repeat\":\"How to brew tea\",\"n_start\":11,\"n_end\":99}", "tea", IFB_PASS },
    { "{\"prompt_to_repeat\":\"How to brew tea\",\"n_start\":0}", "How", IFB_ERROR },
    { 0 }
};

const struct ifb_check ifb_repeat_checks[] = {
    { .id = "repeat:repeat_change", .doc = "the request repeated, only its first word changed",
      .fields = change_fields, .args_size = sizeof(struct change_args), .bind = bind_change,
      .run = check_change, .examples = change_examples },
    { .id = "repeat:repeat_simple", .doc = "the sentence of the instruction and nothing else",
      .run = check_simple, .examples = simple_examples },
    { .id = "repeat:repeat_span", .doc = "a span of characters of the request and nothing else",
      .fields = span_fields, .args_size = sizeof(struct span_args), .bind = bind_span,
      .run = check_span, .examples = span_examples },
    { 0 }
};
