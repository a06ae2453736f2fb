/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/provider/prompt.h"

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/provider/wire.h"

#define PROMPT IFB_STR("{prompt}")
#define ANSWER IFB_STR("{answer}")
#define LONE IFB_STR("{prompt}")
#define TALK IFB_STR("User: {prompt}\n\nAssistant:{answer}\n\n")

enum ifb_code ifb_prompt_template_check(ifb_str tmpl, struct ifb_error *err)
{
    if (ifb_str_count(tmpl, PROMPT) != 1)
        return ifb_fail(err, IFB_EUSAGE, "a prompt template wants {prompt} once, such as "
                        "'Question: {prompt} Answer:'");
    if (ifb_str_count(tmpl, ANSWER) > 1 ||
        ifb_str_find(tmpl, ANSWER, 0) < ifb_str_find(tmpl, PROMPT, 0))
        return ifb_fail(err, IFB_EUSAGE, "a prompt template wants {answer} once at most, behind "
                        "{prompt}");
    return IFB_OK;
}

/* A template, cut at what it stands around. */
struct parts {
    ifb_str before, between, behind;
};

static struct parts parts_of(ifb_str tmpl)
{
    size_t prompt = ifb_str_find(tmpl, PROMPT, 0), answer = ifb_str_find(tmpl, ANSWER, 0);
    size_t asked = prompt + PROMPT.len;

    if (answer == SIZE_MAX)
        return (struct parts){ ifb_str_part(tmpl, 0, prompt), ifb_str_from(tmpl, asked),
                               IFB_STR("\n\n") };
    return (struct parts){ ifb_str_part(tmpl, 0, prompt), ifb_str_part(tmpl, asked, answer),
                           ifb_str_from(tmpl, answer + ANSWER.len) };
}

/* One user message and no answer: nobody needs to be told who speaks. */
static bool is_lone(const struct ifb_conversation *c)
{
    size_t said = 0;

    for (size_t i = 0; i < c->n; i++)
        said += c->at[i].role != IFB_SYSTEM;
    return said <= 1;
}

static void put_message(struct ifb_buf *out, const struct parts *p, const struct ifb_message *m)
{
    switch (m->role) {
    case IFB_SYSTEM:
        ifb_buf_str(out, m->text);
        ifb_buf_cstr(out, "\n\n");
        break;
    case IFB_USER:
        ifb_buf_str(out, p->before);
        ifb_buf_str(out, m->text);
        ifb_buf_str(out, p->between);
        break;
    case IFB_ASSISTANT:
        if (ifb_str_ends(ifb_buf_view(out), IFB_STR(":")) && m->text.len &&
            !strchr(" \t\n\r", m->text.ptr[0]))
            ifb_buf_char(out, ' ');
        ifb_buf_str(out, m->text);
        ifb_buf_str(out, p->behind);
        break;
    }
}

enum ifb_code ifb_prompt_text(const struct ifb_conversation *c, ifb_str tmpl,
                              struct ifb_arena *arena, ifb_str *out, struct ifb_error *err)
{
    struct parts parts = parts_of(tmpl.ptr ? tmpl : is_lone(c) ? LONE : TALK);
    struct ifb_buf text;
    enum ifb_code code = IFB_OK;

    ifb_buf_init(&text, IFB_WIRE_MAX);
    for (size_t i = 0; i < c->n && !code; i++) {
        if (c->at[i].images && c->at[i].images->n)
            code = ifb_fail(err, IFB_EUSAGE, "a completions endpoint takes no images");
        put_message(&text, &parts, &c->at[i]);
    }
    if (!code && text.full)
        code = ifb_fail(err, IFB_ELIMIT, "the prompt is larger than %zu MiB", IFB_WIRE_MAX >> 20);
    if (!code)
        *out = ifb_str_copy(arena, ifb_buf_view(&text));
    ifb_buf_close(&text);
    return code;
}
