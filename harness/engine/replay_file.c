/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/replay_file.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

/* ---- the forms of official tools ---- */

/* A text, or an object that holds it. */
static ifb_str text_of(const struct ifb_json *v, const char *key)
{
    return v && v->kind == IFB_JSTRING ? v->string : ifb_json_str(v, key);
}

/* FastChat and Arena-Hard 0.1: {"question_id", "choices": [{"turns": [...]}]}. */
static bool add_choices(struct ifb_replay *r, const struct ifb_json *v)
{
    const struct ifb_json *id = ifb_json_get(v, "question_id");
    const struct ifb_json *turns =
        ifb_json_get(ifb_json_at(ifb_json_get(v, "choices"), 0), "turns");
    size_t n = 0;

    if (!id || !id->string.ptr || !turns || turns->kind != IFB_JARRAY)
        return false;
    for (const struct ifb_json *t = turns->first; t; t = t->next)
        ifb_replay_add_item(r, id->string, n++, text_of(t, "content"));
    return true;
}

/* Arena-Hard 2: {"uid", "messages": [{"role", "content"}]}. */
static bool add_messages(struct ifb_replay *r, const struct ifb_json *v)
{
    const struct ifb_json *messages = ifb_json_get(v, "messages");
    ifb_str id = ifb_json_str(v, "uid");
    size_t n = 0;

    if (!id.ptr || !messages || messages->kind != IFB_JARRAY)
        return false;
    for (const struct ifb_json *m = messages->first; m; m = m->next)
        if (ifb_str_is(ifb_json_str(m, "role"), "assistant"))
            ifb_replay_add_item(r, id, n++, text_of(ifb_json_get(m, "content"), "answer"));
    return true;
}

/* AlpacaEval: {"instruction", "output"}; InFoBench, which has more to ask: {"id", "output"}. */
static bool add_output(struct ifb_replay *r, const struct ifb_json *v)
{
    ifb_str id = ifb_json_str(v, "id"), instruction = ifb_json_str(v, "instruction");
    const struct ifb_json *output = ifb_json_get(v, "output");

    if (!output || (output->kind != IFB_JSTRING && output->kind != IFB_JNULL))
        return false;
    if (id.ptr && ifb_json_get(v, "decomposed_questions"))
        ifb_replay_add_item(r, id, 0, output->string);
    else if (instruction.ptr)
        ifb_replay_add(r, instruction, output->string);
    else
        return false;
    return true;
}

static enum ifb_code read_row(struct ifb_replay *r, const struct ifb_json *v,
                              struct ifb_error *err)
{
    const struct ifb_json *response = ifb_json_get(v, "response");
    ifb_str prompt = ifb_json_str(v, "prompt");

    if (!prompt.ptr && !response &&
        (add_choices(r, v) || add_messages(r, v) || add_output(r, v)))
        return IFB_OK;
    if (!prompt.ptr)
        return ifb_fail(err, IFB_EINPUT, "line %u: \"prompt\" must be a string", v->line);
    if (!response || (response->kind != IFB_JSTRING && response->kind != IFB_JNULL))
        return ifb_fail(err, IFB_EINPUT, "line %u: \"response\" must be a string or null",
                        v->line);
    ifb_replay_add(r, prompt, response->string);
    return IFB_OK;
}

static enum ifb_code read_line(struct ifb_replay *r, ifb_str line, unsigned number,
                               struct ifb_arena *arena, struct ifb_error *err)
{
    const struct ifb_json *v;
    enum ifb_code code =
        ifb_json_parse(arena, ifb_utf8_repair(arena, line), IFB_JSON_DUPLICATES, number, &v, err);

    return code ? code : read_row(r, v, err);
}

/* All that is left, and the line before it, are one array. */
static enum ifb_code read_array(struct ifb_replay *r, ifb_str line, struct ifb_lines *lines,
                                struct ifb_arena *arena, struct ifb_error *err)
{
    const struct ifb_json *all;
    struct ifb_buf text;
    enum ifb_code code;

    ifb_buf_init(&text, IFB_FILE_MAX);
    ifb_buf_str(&text, line);
    ifb_buf_char(&text, '\n');
    code = ifb_lines_slurp(lines, &text, err);
    if (!code)
        code = ifb_json_parse(arena, ifb_utf8_repair(arena, ifb_buf_view(&text)),
                              IFB_JSON_DUPLICATES, 1, &all, err);
    for (const struct ifb_json *v = code ? NULL : all->first; v && !code; v = v->next)
        code = read_row(r, v, err);
    ifb_buf_close(&text);
    return code;
}

enum ifb_code ifb_replay_read(const char *path, struct ifb_replay **out, struct ifb_error *err)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_replay *r = ifb_replay_new();
    struct ifb_lines *lines = NULL;
    ifb_str line;
    bool more = true;
    enum ifb_code code = ifb_lines_open(path, &lines, err);

    while (!code && more) {
        code = ifb_lines_next(lines, &line, &more, err);
        if (code || !more || !ifb_str_trim_ascii(line).len)
            continue;
        ifb_arena_reset(arena);
        if (ifb_lines_number(lines) == 1 && ifb_str_starts(ifb_str_trim_ascii(line), IFB_STR("[")))
            code = read_array(r, line, lines, arena, err);
        else
            code = read_line(r, line, ifb_lines_number(lines), arena, err);
        if (code)
            ifb_within(err, "%s", path);
    }
    ifb_lines_close(lines);
    ifb_arena_close(arena);
    if (code)
        ifb_replay_free(r);
    else
        *out = r;
    return code;
}
