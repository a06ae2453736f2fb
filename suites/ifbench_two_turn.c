/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IFBench in two turns: a task, and when it is answered a constraint that the
 * answer is to be rewritten under; only that last answer is judged. Rows are
 * those of IFBench but for what they ask, which is either
 *
 *     "messages": [{"role": "user", "content": "TASK"},
 *                  {"role": "assistant", "content": "an answer to it"},
 *                  {"role": "user", "content": "CONSTRAINT"}]
 *
 * as in the published set (allenai/IFBench_multi-turn, as JSON lines), or the
 * same without the assistant's message, or "prompt": "TASK" and "constraint":
 * "CONSTRAINT". An answer that is given is sent as history; one that is not is
 * asked for. Rows of the single-turn file have the two in one text and are
 * refused. The published set may use a key for several rows.
 */
#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "suites/rows.h"
#include "suites/table.h"

static const char *const roles[] = { [IFB_SYSTEM] = "system", [IFB_USER] = "user",
                                     [IFB_ASSISTANT] = "assistant" };

static enum ifb_code read_message(const struct ifb_json *m, size_t number, struct ifb_arena *arena,
                                  struct ifb_message *out, struct ifb_error *err)
{
    ifb_str role = ifb_json_str(m, "role"), text = ifb_json_str(m, "content");

    if (!text.ptr)
        return ifb_fail(err, IFB_EINPUT, "message %zu: \"content\" must be a string", number);
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
        if (ifb_str_is(role, roles[i])) {
            *out = (struct ifb_message){ .role = (enum ifb_role)i,
                                         .text = ifb_str_copy(arena, text) };
            return IFB_OK;
        }
    return ifb_fail(err, IFB_EINPUT, "message %zu: \"role\" must be system, user or assistant",
                    number);
}

static enum ifb_code read_messages(const struct ifb_json *list, struct ifb_arena *arena,
                                   struct ifb_item *item, struct ifb_error *err)
{
    struct ifb_message *at = ifb_new(arena, struct ifb_message, list->n);
    size_t n = 0, users = 0;

    for (const struct ifb_json *m = list->first; m; m = m->next) {
        enum ifb_code code = read_message(m, n + 1, arena, &at[n], err);

        if (code)
            return code;
        if (at[n].role == IFB_USER && !ifb_str_trim_ascii(at[n].text).len)
            return ifb_fail(err, IFB_EINPUT, "message %zu is empty", n + 1);
        users += at[n++].role == IFB_USER;
    }
    if (users < 2 || at[n - 1].role != IFB_USER)
        return ifb_fail(err, IFB_EINPUT, "\"messages\" has %zu of the user's, wanted a task and, "
                        "at the end, a constraint", users);
    item->prompt = (struct ifb_conversation){ at, n };
    return IFB_OK;
}

static enum ifb_code ask(const struct ifb_json *row, struct ifb_arena *arena,
                         struct ifb_item *item, struct ifb_error *err)
{
    const struct ifb_json *messages = ifb_json_get(row, "messages");
    ifb_str task = ifb_json_str(row, "prompt"), constraint = ifb_json_str(row, "constraint");
    struct ifb_message *at;

    if (messages && messages->kind == IFB_JARRAY)
        return read_messages(messages, arena, item, err);
    if (!ifb_str_trim_ascii(task).len || !ifb_str_trim_ascii(constraint).len)
        return ifb_fail(err, IFB_EINPUT, "two turns are missing, wanted \"messages\", an array, or "
                        "\"prompt\" and \"constraint\", strings");
    at = ifb_new(arena, struct ifb_message, 2);
    at[0] = (struct ifb_message){ .role = IFB_USER, .text = ifb_str_copy(arena, task) };
    at[1] = (struct ifb_message){ .role = IFB_USER, .text = ifb_str_copy(arena, constraint) };
    item->prompt = (struct ifb_conversation){ at, 2 };
    return IFB_OK;
}

/* The last of the answers that are asked for. */
static uint16_t judged_turn(const struct ifb_conversation *prompt)
{
    uint16_t turn = 0;

    for (size_t i = 0; i + 1 < prompt->n; i++)
        if (prompt->at[i].role == IFB_USER && prompt->at[i + 1].role != IFB_ASSISTANT)
            turn++;
    return turn;
}

static enum ifb_code next_two_turn(void *state, struct ifb_item *item, bool *more,
                                   struct ifb_error *err)
{
    enum ifb_code code = ifb_item_rows_next(state, item, more, err);

    for (size_t i = 0; !code && *more && i < item->nconstraints; i++)
        item->constraints[i].turn = judged_turn(&item->prompt);
    return code;
}

static enum ifb_code open_two_turn(const struct ifb_suite_source *src, struct ifb_arena *arena,
                                   void **state, struct ifb_error *err)
{
    static const struct ifb_item_rows_form form = { .ask = ask, .keys_repeat = true };
    struct ifb_item_rows *rows = NULL;
    enum ifb_code code = ifb_item_rows_open_one("ifbench-two-turn", src, arena, &rows, err);

    if (!code)
        ifb_item_rows_set_form(rows, &form);
    *state = rows;
    return code;
}

static const char *const files[] = { "ifbench/IFBench_multi-turn.jsonl", NULL };

const struct ifb_suite ifb_suite_ifbench_two_turn = {
    .id = "ifbench-two-turn",
    .doc = "IFBench in two turns: a task, then a constraint on its answer; your file, with --data",
    .cite = "Pyatkin et al. 2025, Generalizing Verifiable Instruction Following, "
            "arXiv:2507.02833",
    .files = files,
    .missing = IFB_MISSING_FAIL,
    .preset = { .temperature = 0, .top_p = -1, .max_tokens = -1, .seed = -1 },
    .metrics = ifb_ifeval_metrics,
    .open = open_two_turn,
    .next = next_two_turn,
    .close = ifb_item_rows_suite_close,
};
