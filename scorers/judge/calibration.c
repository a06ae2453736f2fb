/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judgments with known answers, which judges are given first: a wrong model, a broken
 * prompt or missing log-probabilities show before anything is paid for. A row:
 *
 *     {"question": Q, "answer": A, "expect": 8, "within": 1}
 *     {"question": Q, "answer_a": A, "answer_b": B, "expect": "A" | "B" | "tie"}
 *     {"question": Q, "answer": A, "criterion": C, "expect": "yes" | "no"}
 *
 * and "protocol", the id of a judge protocol, where another is to be tried.
 */
#include "scorers/judge/judgings.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "scorers/judge/judge.h"

enum kind { RATING, PAIR, CRITERION };

static enum kind kind_of(const struct ifb_json *row)
{
    if (ifb_json_get(row, "answer_b"))
        return PAIR;
    return ifb_json_get(row, "criterion") ? CRITERION : RATING;
}

static const struct ifb_judge *protocol_of(const struct ifb_json *row)
{
    static const struct ifb_judge *const usual[] = {
        [RATING] = &ifb_judge_mtbench_single, [PAIR] = &ifb_judge_mtbench_pair,
        [CRITERION] = &ifb_judge_criterion,
    };
    ifb_str id = ifb_json_str(row, "protocol");

    return id.ptr ? ifb_judge_find(id) : usual[kind_of(row)];
}

static bool is_one_of(ifb_str s, const char *a, const char *b, const char *c)
{
    return ifb_str_is(s, a) || ifb_str_is(s, b) || (c && ifb_str_is(s, c));
}

enum ifb_code ifb_calibration_check(const struct ifb_json *row, struct ifb_error *err)
{
    enum kind kind = kind_of(row);
    ifb_str expect = ifb_json_str(row, "expect");

    if (!ifb_json_str(row, "question").ptr ||
        !ifb_json_str(row, kind == PAIR ? "answer_a" : "answer").ptr ||
        (kind == PAIR && !ifb_json_str(row, "answer_b").ptr))
        return ifb_fail(err, IFB_EINPUT, "a calibration wants \"question\" and \"answer\", or "
                        "\"answer_a\" and \"answer_b\"");
    if (kind == RATING && isnan(ifb_json_real(row, "expect", NAN)))
        return ifb_fail(err, IFB_EINPUT, "\"expect\": wanted the rating, a number");
    if (kind == PAIR && !is_one_of(expect, "A", "B", "tie"))
        return ifb_fail(err, IFB_EINPUT, "\"expect\": wanted \"A\", \"B\" or \"tie\"");
    if (kind == CRITERION && !is_one_of(expect, "yes", "no", NULL))
        return ifb_fail(err, IFB_EINPUT, "\"expect\": wanted \"yes\" or \"no\"");
    if (!protocol_of(row))
        return ifb_fail(err, IFB_EINPUT, "\"protocol\": there is none called \"%.*s\"",
                        IFB_ARG(ifb_utf8_cut(ifb_json_str(row, "protocol"), 80)));
    return IFB_OK;
}

static const char *winner_of(enum ifb_label label)
{
    switch (label) {
    case IFB_A_MUCH_BETTER:
    case IFB_A_BETTER: return "A";
    case IFB_B_MUCH_BETTER:
    case IFB_B_BETTER: return "B";
    case IFB_NO_DIFFERENCE: return "tie";
    case IFB_LABEL_NONE: break;
    }
    return "";
}

bool ifb_calibration_right(const struct ifb_json *row, const struct ifb_judgment *said)
{
    ifb_str expect = ifb_json_str(row, "expect");

    if (said->how != IFB_READ && said->how != IFB_READ_LOOSELY)
        return false;
    switch (kind_of(row)) {
    case PAIR: return ifb_str_is(expect, winner_of(said->label));
    case CRITERION:
        return said->nsaid && said->said[0] == (ifb_str_is(expect, "yes") ? IFB_SAID_YES
                                                                            : IFB_SAID_NO);
    case RATING: break;
    }
    return fabs(said->rating - ifb_json_real(row, "expect", NAN)) <=
           ifb_json_real(row, "within", 1);
}

/* ---- as a judging ---- */

static enum ifb_code open_calibration(const void *options, const struct ifb_judged_lent *lent,
                                      void **state, struct ifb_error *err)
{
    (void)options;
    (void)lent;
    (void)err;
    *state = NULL;
    return IFB_OK;
}

static enum ifb_versus nobody(const void *state)
{
    (void)state;
    return IFB_VERSUS_NOBODY;
}

static size_t count(const void *state, const struct ifb_item *item)
{
    (void)state;
    (void)item;
    return 1;
}

static struct ifb_judge_shape shape(const void *state, const struct ifb_item *item, size_t task)
{
    (void)state;
    (void)task;
    /* Arena-Hard v0.1 asks a second time. */
    return (struct ifb_judge_shape){
        .calls = protocol_of(item->row) == &ifb_judge_arenahard_v01 ? 2 : 1, .turns = 0
    };
}

static struct ifb_strs one(struct ifb_arena *arena, ifb_str text)
{
    ifb_str *at = ifb_new(arena, ifb_str, 1);

    *at = text;
    return (struct ifb_strs){ at, text.ptr ? 1 : 0 };
}

static enum ifb_code task(const void *state, const struct ifb_judging_match *m, size_t number,
                          struct ifb_arena *arena, struct ifb_judge_task *out,
                          struct ifb_error *err)
{
    const struct ifb_json *row = m->item->row;
    bool pair = kind_of(row) == PAIR;

    (void)state;
    (void)number;
    (void)err;
    *out = (struct ifb_judge_task){ .protocol = protocol_of(row),
                                    .label = IFB_STR("calibration") };
    out->context = (struct ifb_judge_context){
        .turn = 1, .game = 1, .category = ifb_json_str(row, "category"),
        .questions = one(arena, ifb_json_str(row, "question")),
        .answers = { one(arena, ifb_json_str(row, pair ? "answer_a" : "answer")),
                     one(arena, ifb_json_str(row, "answer_b")) },
        .references = one(arena, ifb_json_str(row, "reference")),
        .checks = one(arena, ifb_json_str(row, "criterion")),
        .input = ifb_json_str(row, "input"),
    };
    return IFB_OK;
}

const struct ifb_judging ifb_judging_calibration = {
    .id = "calibration", .doc = "judgments with known answers",
    .open = open_calibration, .versus = nobody, .count = count, .shape = shape, .task = task,
};
