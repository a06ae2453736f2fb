/* SPDX-License-Identifier: Apache-2.0 */
/* startend: how an answer begins and ends. */
#include "scorers/families.h"

#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "scorers/fold.h"

/* ---- end_checker ---- */

struct end_args {
    ifb_str phrase;  /* stripped and lowered by bind */
};

static enum ifb_code bind_end(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct end_args *a = args;

    (void)err;
    a->phrase = ifb_lower(arena, ifb_strip(a->phrase));
    return IFB_OK;
}

/* As much of the end of `s` as a reason may show. */
static ifb_str shown_end(ifb_str s)
{
    size_t at = s.len > 60 ? s.len - 60 : 0;

    while (at < s.len && ((unsigned char)s.ptr[at] & 0xc0) == 0x80)
        at++;
    return ifb_str_from(s, at);
}

/* Upstream's EndChecker trims quotes after it strips, and does not strip again. */
static enum ifb_outcome check_end(const void *args, struct ifb_probe *p)
{
    const struct end_args *a = args;
    ifb_str text = ifb_strip_chars(ifb_text_strip(p->text), "\"");
    bool ok = ifb_lower_ends(p->scratch, text, a->phrase);

    ifb_why(p, "ends with '%.*s', wanted '%.*s'", IFB_ARG(shown_end(text)),
            IFB_ARG(shown_end(a->phrase)));
    return ifb_pass_if(ok);
}

static const struct ifb_field end_fields[] = {
    IFB_TEXT(struct end_args, phrase, "end_phrase", "what to end with, in any case"),
    { 0 }
};
static const struct ifb_example end_examples[] = {
    { "{\"end_phrase\":\"Any questions?\"}", "That is all. Any questions?\n", IFB_PASS },
    { "{\"end_phrase\":\"Any questions?\"}", "Any questions? Ask.", IFB_FAIL },
    { "{\"end_phrase\":\"Any questions?\"}", "\"That is all. ANY QUESTIONS?\"", IFB_PASS },
    { "{\"end_phrase\":\"bye\"}", "He said \"bye \"", IFB_FAIL },  /* a space before the quote */
    { 0 }
};

/* ---- quotation ---- */

static enum ifb_outcome check_quotation(const void *args, struct ifb_probe *p)
{
    ifb_str s = ifb_text_strip(p->text);
    bool first = s.len > 1 && s.ptr[0] == '"', last = s.len > 1 && s.ptr[s.len - 1] == '"';

    (void)args;
    ifb_why(p, "the text %s with a double quote and %s with one",
            first ? "begins" : "does not begin", last ? "ends" : "does not end");
    return ifb_pass_if(first && last);
}

static const struct ifb_example quotation_examples[] = {
    { "{}", "\"All of it.\"", IFB_PASS },
    { "{}", "\"Some\" of it.", IFB_FAIL },
    { "{}", "\"", IFB_FAIL },
    { "{}", "\xe2\x80\x9c" "Curly." "\xe2\x80\x9d", IFB_FAIL },
    { "{}", "\"Note.\"\nThat was all.", IFB_FAIL },
    { 0 }
};

const struct ifb_check ifb_startend_checks[] = {
    { .id = "startend:end_checker", .doc = "ends with a phrase, in any case", .fields = end_fields,
      .args_size = sizeof(struct end_args), .bind = bind_end, .run = check_end,
      .examples = end_examples },
    { .id = "startend:quotation", .doc = "the whole text stands in double quotes",
      .run = check_quotation, .examples = quotation_examples },
    { 0 }
};
