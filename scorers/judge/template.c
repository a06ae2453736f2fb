/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prompts with places to fill, in the brace style of the files that judged
 * suites ship. One pass: what is put in may hold braces.
 */
#include "scorers/judge/judge.h"

#include <stdio.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/sha256.h"
#include "harness/base/str.h"

#define PROMPT_MAX ((size_t)64 << 20)

/* Where the next brace is, or the end. */
static size_t next_brace(ifb_str s, size_t from)
{
    while (from < s.len && s.ptr[from] != '{' && s.ptr[from] != '}')
        from++;
    return from;
}

bool ifb_template_is_place(ifb_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!(s.ptr[i] == '_' || (s.ptr[i] >= '0' && s.ptr[i] <= '9') ||
              ((s.ptr[i] | 32) >= 'a' && (s.ptr[i] | 32) <= 'z')))
            return false;
    return s.len > 0;
}

/*
 * The piece at *at of a template: text, a brace, or a place (*name present). Moves
 * *at past it; false when braces do not close or hold something else than a name.
 */
static bool next_piece(ifb_str text, size_t *at, ifb_str *plain, ifb_str *name)
{
    size_t brace = next_brace(text, *at), close;

    *name = (ifb_str){ NULL, 0 };
    *plain = ifb_str_part(text, *at, brace);
    if (brace > *at || brace == text.len) {
        *at = brace;
        return true;
    }
    if (brace + 1 < text.len && text.ptr[brace + 1] == text.ptr[brace]) {
        *plain = ifb_str_part(text, brace, brace + 1);
        *at = brace + 2;
        return true;
    }
    close = ifb_str_chr(text, '}', brace);
    if (text.ptr[brace] == '}' || close == SIZE_MAX)
        return false;
    *name = ifb_str_part(text, brace + 1, close);
    *at = close + 1;
    return ifb_template_is_place(*name);
}

static ifb_str value_of(const struct ifb_slot *slots, size_t n, ifb_str name)
{
    for (size_t i = 0; i < n; i++)
        if (ifb_str_is(name, slots[i].name))
            return slots[i].value;
    return (ifb_str){ NULL, 0 };
}

enum ifb_code ifb_template_render(ifb_str text, const struct ifb_slot *slots, size_t n,
                                  struct ifb_arena *arena, ifb_str *out, struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;
    struct ifb_buf b;
    ifb_str plain, name;
    size_t at = 0;

    ifb_buf_init(&b, PROMPT_MAX);
    while (!code && at < text.len) {
        if (!next_piece(text, &at, &plain, &name)) {
            code = ifb_fail(err, IFB_EINPUT, "a brace is not closed, or not doubled");
        } else if (!name.ptr) {
            ifb_buf_str(&b, plain);
        } else {
            ifb_str value = value_of(slots, n, name);

            if (!value.ptr)
                code = ifb_fail(err, IFB_EINPUT, "nothing to put in for {%.*s}", IFB_ARG(name));
            else
                ifb_buf_str(&b, value);
        }
    }
    if (!code && b.full)
        code = ifb_fail(err, IFB_ELIMIT, "a judge's prompt is longer than 64 MiB");
    if (!code)
        *out = ifb_str_copy(arena, ifb_buf_view(&b));
    ifb_buf_close(&b);
    return code;
}

/* ---- sets ---- */

const struct ifb_template *ifb_template_find(const struct ifb_templates *set, ifb_str name)
{
    for (size_t i = 0; i < set->n; i++)
        if (ifb_str_eq(set->at[i].name, name))
            return &set->at[i];
    return NULL;
}

/* The length before each string keeps "a" + "bc" apart from "ab" + "c". */
static void add_part(struct ifb_sha256 *sha, ifb_str s)
{
    char head[32];
    int n = snprintf(head, sizeof(head), "%zu:", s.len);

    ifb_sha256_add(sha, head, (size_t)n);
    ifb_sha256_add(sha, s.ptr ? s.ptr : "", s.len);
}

void ifb_templates_hash(const struct ifb_templates *set, char out[65])
{
    struct ifb_sha256 *sha = ifb_sha256_new();

    for (size_t i = 0; i < set->n; i++) {
        add_part(sha, set->at[i].name);
        add_part(sha, set->at[i].system);
        add_part(sha, set->at[i].text);
    }
    ifb_sha256_hex(sha, out);
    ifb_sha256_close(sha);
}

bool ifb_template_closes(ifb_str text)
{
    ifb_str plain, name;

    for (size_t at = 0; at < text.len;)
        if (!next_piece(text, &at, &plain, &name))
            return false;
    return true;
}

/* ---- what protocols share ---- */

/* Made from the texts' hash, so that none of them can hold it on purpose. */
static ifb_str fence_of(struct ifb_arena *arena, const struct ifb_slot *slots, size_t n)
{
    char hex[IFB_SHA256_HEX];
    struct ifb_sha256 *sha = ifb_sha256_new();

    for (size_t i = 0; i < n; i++)
        add_part(sha, slots[i].value);
    ifb_sha256_hex(sha, hex);
    ifb_sha256_close(sha);
    return ifb_fmt(arena, "%.16s", hex);
}

/* FastChat's run_judge_pair, for models that take no system message. */
static enum ifb_code put_in_front(struct ifb_arena *arena, const struct ifb_template *t,
                                  ifb_str *text, struct ifb_error *err)
{
    const struct ifb_slot slots[] = { { "system", t->system }, { "user", *text } };

    return ifb_template_render(IFB_STR("[Instruction]\n{system}\n\n{user}"), slots, 2, arena, text,
                               err);
}

enum ifb_code ifb_judge_ask(const struct ifb_judge_context *c, const char *name,
                            const struct ifb_slot *slots, size_t n, struct ifb_arena *arena,
                            struct ifb_judge_request *out, struct ifb_error *err)
{
    const struct ifb_templates *set = c->templates ? c->templates : ifb_templates_builtin();
    const struct ifb_template *t = ifb_template_find(set, ifb_str_of(name));
    struct ifb_message *at = ifb_new(arena, struct ifb_message, 2);
    struct ifb_slot all[IFB_JUDGE_SLOTS];
    ifb_str text;
    size_t m = 0;

    if (!t)
        return ifb_fail(err, IFB_EINPUT, "there is no prompt called %s among %zu", name, set->n);
    for (size_t i = 0; i < n; i++)
        all[i] = slots[i];
    all[n] = (struct ifb_slot){ "fence", fence_of(arena, slots, n) };
    if (ifb_template_render(t->text, all, n + 1, arena, &text, err))
        return ifb_within(err, "prompt %s", name);
    if (!c->no_system && t->system.len)
        at[m++] = (struct ifb_message){ .role = IFB_SYSTEM, .text = t->system };
    else if (t->system.len && ifb_str_is(t->type, "pairwise") && put_in_front(arena, t, &text, err))
        return err->code;
    at[m++] = (struct ifb_message){ .role = IFB_USER, .text = text };
    *out = (struct ifb_judge_request){ .messages = { at, m }, .prompt = t->name };
    return IFB_OK;
}
