/* SPDX-License-Identifier: Apache-2.0 */
/* combination: two answers in one, and the request repeated before the answer. */
#include "scorers/families.h"

#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "scorers/fold.h"

/* ---- two_responses ---- */

#define DIVIDER IFB_STR("******")

/* A blank piece may be the first or the last only. */
static enum ifb_outcome check_two(const void *args, struct ifb_probe *p)
{
    ifb_str text = ifb_text_raw(p->text), kept[2] = { { "", 0 }, { "", 0 } };
    size_t at = 0, end, n = 0;

    (void)args;
    do {
        ifb_str piece;

        end = ifb_str_find(text, DIVIDER, at);
        piece = ifb_strip(ifb_str_part(text, at, end == SIZE_MAX ? text.len : end));
        if (piece.len && n++ < 2)
            kept[n - 1] = piece;
        if (!piece.len && at && end != SIZE_MAX) {
            ifb_why(p, "nothing between two rows of ******");
            return IFB_FAIL;
        }
        at = end + DIVIDER.len;
    } while (end != SIZE_MAX);
    if (n != 2) {
        ifb_why(p, "found %zu responses, wanted 2 divided by ******", n);
        return IFB_FAIL;
    }
    ifb_why(p, "found two responses, wanted them to differ");
    return ifb_pass_if(!ifb_str_eq(kept[0], kept[1]));
}

static const struct ifb_example two_examples[] = {
    { "{}", "Take the bus.\n******\nWalk.", IFB_PASS },
    { "{}", "Take the bus.\n***\nWalk.", IFB_FAIL },
    { "{}", "Walk.\n******\nWalk.", IFB_FAIL },
    { "{}", "******\nTake the bus.\n******\nWalk.\n******", IFB_PASS },
    { "{}", "Take the bus.\n******\n******\nWalk.", IFB_FAIL },
    { 0 }
};

/* ---- repeat_prompt ---- */

struct repeat_args {
    ifb_str prompt;  /* stripped and lowered by bind */
};

static enum ifb_code bind_repeat(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct repeat_args *a = args;

    if (!a->prompt.len)
        return ifb_fail(err, IFB_EINPUT, "prompt_to_repeat is empty");
    a->prompt = ifb_lower(arena, ifb_strip(a->prompt));
    return IFB_OK;
}

static enum ifb_outcome check_repeat(const void *args, struct ifb_probe *p)
{
    const struct repeat_args *a = args;
    ifb_str text = ifb_text_strip(p->text);
    bool ok = ifb_lower_starts(p->scratch, text, a->prompt);

    ifb_why(p, "begins with '%.*s', wanted '%.*s'", IFB_ARG(ifb_shown(text)),
            IFB_ARG(ifb_shown(a->prompt)));
    return ifb_pass_if(ok);
}

static const struct ifb_field repeat_fields[] = {
    IFB_TEXT(struct repeat_args, prompt, "prompt_to_repeat", "what to begin with, in any case"),
    { 0 }
};
static const struct ifb_example repeat_examples[] = {
    { "{\"prompt_to_repeat\":\"Why is it so?\"}", "Why is it so? Nobody knows.", IFB_PASS },
    { "{\"prompt_to_repeat\":\"Why is it so?\"}", "Nobody knows. Why is it so?", IFB_FAIL },
    { "{\"prompt_to_repeat\":\" Why is it so? \"}", "\nWHY IS IT SO? Ask.", IFB_PASS },
    { "{\"prompt_to_repeat\":\"\"}", "anything", IFB_ERROR },
    { 0 }
};

const struct ifb_check ifb_combination_checks[] = {
    { .id = "combination:two_responses", .doc = "two different responses divided by ******",
      .run = check_two, .examples = two_examples },
    { .id = "combination:repeat_prompt", .doc = "begins with the request, repeated",
      .fields = repeat_fields, .args_size = sizeof(struct repeat_args), .bind = bind_repeat,
      .run = check_repeat, .examples = repeat_examples },
    { 0 }
};
