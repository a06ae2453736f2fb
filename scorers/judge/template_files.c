/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files in which judged suites ship their prompts: FastChat's lines, AlpacaEval's
 * ChatML text, Arena-Hard's settings.
 */
#include "scorers/judge/judge.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/yaml.h"

#define TEMPLATES_MAX 1000

/* ---- FastChat's lines ---- */

static enum ifb_code read_template(const struct ifb_json *row, unsigned line,
                                   struct ifb_template *out, struct ifb_error *err)
{
    *out = (struct ifb_template){ .name = ifb_json_str(row, "name"),
                                  .type = ifb_json_str(row, "type"),
                                  .system = ifb_json_str(row, "system_prompt"),
                                  .text = ifb_json_str(row, "prompt_template"),
                                  .output_format = ifb_json_str(row, "output_format") };
    if (!out->name.ptr || !out->text.ptr)
        return ifb_fail(err, IFB_EINPUT, "line %u: a prompt wants \"name\" and "
                        "\"prompt_template\", strings", line);
    if (!ifb_template_closes(out->text))
        return ifb_fail(err, IFB_EINPUT, "line %u: prompt %.*s: a brace is not closed, or not "
                        "doubled", line, IFB_ARG(out->name));
    return IFB_OK;
}

static enum ifb_code load_lines(ifb_str text, struct ifb_arena *arena, struct ifb_templates *set,
                                struct ifb_error *err)
{
    struct ifb_template *at = NULL;
    size_t cap = 0;
    ifb_str line, rest = ifb_str_copy(arena, text);
    unsigned number = 0;

    while (rest.len) {
        const struct ifb_json *row;

        number++;
        if (!ifb_str_chop(&rest, '\n', &line))
            line = rest, rest.len = 0;
        if (!ifb_str_trim_ascii(line).len)
            continue;
        if (ifb_json_parse(arena, line, IFB_JSON_DUPLICATES, number, &row, err))
            return err->code;
        if (set->n == TEMPLATES_MAX)
            return ifb_fail(err, IFB_ELIMIT, "line %u: more than %d prompts", number,
                            TEMPLATES_MAX);
        at = ifb_grow(arena, at, &cap, set->n + 1, sizeof(*at));
        if (read_template(row, number, &at[set->n], err))
            return err->code;
        set->n++;
    }
    set->at = at;
    return IFB_OK;
}

/* One prompt under several names. */
static void put_names(struct ifb_templates *set, const struct ifb_template *t,
                      const char *const *names, struct ifb_arena *arena)
{
    struct ifb_template *at;
    size_t n = 0;

    while (names[n])
        n++;
    at = ifb_new(arena, struct ifb_template, n);
    for (size_t i = 0; i < n; i++) {
        at[i] = *t;
        at[i].name = ifb_str_of(names[i]);
    }
    *set = (struct ifb_templates){ .at = at, .n = n };
}

/* ---- AlpacaEval's texts: <|im_start|>ROLE, a line's end, CONTENT, <|im_end|> ---- */

#define BLOCK_OPEN "<|im_start|>"
#define BLOCK_CLOSE "<|im_end|>"
#define PLACE_MAX 64  /* of a place with its braces */

/* {word} stays a place there, any other brace is one: doubled here. */
static ifb_str double_braces(struct ifb_arena *arena, ifb_str text)
{
    char *out = ifb_alloc_raw(arena, 2 * text.len);
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        ifb_str near = ifb_str_part(text, i, text.len - i < PLACE_MAX ? text.len : i + PLACE_MAX);
        size_t close = text.ptr[i] == '{' ? ifb_str_chr(near, '}', 0) : SIZE_MAX;

        if (close != SIZE_MAX && ifb_template_is_place(ifb_str_part(near, 1, close))) {
            memcpy(out + n, near.ptr, close + 1);
            n += close + 1;
            i += close;
            continue;
        }
        if (text.ptr[i] == '{' || text.ptr[i] == '}')
            out[n++] = text.ptr[i];
        out[n++] = text.ptr[i];
    }
    return (ifb_str){ out, n };
}

static unsigned line_of(ifb_str whole, const char *at)
{
    unsigned line = 1;

    for (const char *p = whole.ptr; p < at; p++)
        line += *p == '\n';
    return line;
}

/* Takes the block that `rest` begins with: one of the system's, one of the user's. */
static enum ifb_code take_block(ifb_str whole, ifb_str *rest, struct ifb_arena *arena,
                                struct ifb_template *t, struct ifb_error *err)
{
    unsigned line = line_of(whole, rest->ptr);
    size_t end = ifb_str_find(*rest, IFB_STR(BLOCK_CLOSE), 0), newline;
    ifb_str block, role, content;

    if (!ifb_str_starts(*rest, IFB_STR(BLOCK_OPEN)) || end == SIZE_MAX)
        return ifb_fail(err, IFB_EINPUT, "line %u: wanted a block between %s and %s", line,
                        BLOCK_OPEN, BLOCK_CLOSE);
    block = ifb_str_part(*rest, strlen(BLOCK_OPEN), end);
    newline = ifb_str_chr(block, '\n', 0);
    role = ifb_str_part(block, 0, newline == SIZE_MAX ? block.len : newline);
    content = ifb_str_trim_ascii(ifb_str_from(block, role.len));
    *rest = ifb_str_trim_ascii(ifb_str_from(*rest, end + strlen(BLOCK_CLOSE)));
    if (ifb_str_is(role, "system") && !t->system.ptr)
        t->system = content;
    else if (ifb_str_is(role, "user") && !t->text.ptr)
        t->text = double_braces(arena, content);
    else
        return ifb_fail(err, IFB_EINPUT, "line %u: wanted one block of the system's and one of the "
                        "user's", line);
    return IFB_OK;
}

static enum ifb_code load_chatml(ifb_str text, struct ifb_arena *arena,
                                 struct ifb_templates *set, struct ifb_error *err)
{
    static const char *const names[] = { "alpacaeval", "alpacaeval-ranking", "alpacaeval-scores",
                                         NULL };
    struct ifb_template t = { .type = IFB_STR("pairwise") };
    ifb_str whole = ifb_str_copy(arena, text), rest = ifb_str_trim_ascii(whole);

    while (rest.len)
        if (take_block(whole, &rest, arena, &t, err))
            return err->code;
    if (!t.text.ptr)
        return ifb_fail(err, IFB_EINPUT, "line 1: there is no block of the user's");
    put_names(set, &t, names, arena);
    return IFB_OK;
}

/* ---- Arena-Hard's settings: system_prompt, and prompt_template, a text or a list of one ---- */

static enum ifb_code load_settings(ifb_str text, struct ifb_arena *arena,
                                   struct ifb_templates *set, struct ifb_error *err)
{
    static const char *const names[] = { "arena-hard", "arena-hard-creative", NULL };
    struct ifb_template t = { .type = IFB_STR("pairwise") };
    const struct ifb_json *v, *prompt;

    if (ifb_yaml_parse(text, "prompts", arena, &v, err))
        return err->code;
    prompt = ifb_json_get(v, "prompt_template");
    if (prompt && prompt->kind == IFB_JARRAY && prompt->n == 1)
        prompt = prompt->first;
    if (!prompt || prompt->kind != IFB_JSTRING)
        return ifb_fail(err, IFB_EINPUT, "line %u: wanted lines of JSON, blocks of ChatML, or YAML "
                        "with a \"prompt_template\"", prompt ? prompt->line : v->line);
    t.text = prompt->string;
    t.system = ifb_json_str(v, "system_prompt");
    if (!ifb_template_closes(t.text))
        return ifb_fail(err, IFB_EINPUT, "line %u: a brace is not closed, or not doubled",
                        prompt->line);
    put_names(set, &t, names, arena);
    return IFB_OK;
}

enum ifb_code ifb_templates_load(ifb_str text, struct ifb_arena *arena,
                                 const struct ifb_templates **out, struct ifb_error *err)
{
    struct ifb_templates *set = ifb_new(arena, struct ifb_templates, 1);
    ifb_str head = ifb_str_trim_ascii(text);

    *out = set;
    if (ifb_str_starts(head, IFB_STR(BLOCK_OPEN)))
        return load_chatml(text, arena, set, err);
    if (!head.len || head.ptr[0] == '{')
        return load_lines(text, arena, set, err);
    return load_settings(text, arena, set, err);
}
