/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only a judge can say, as a leaf of an expression: a question about the whole
 * answer. Asking is the engine's business; the answer comes with the probe.
 */
#include "scorers/expression.h"

#include <ifbench/judge.h>

#include "harness/base/error.h"
#include "harness/base/str.h"

struct leaf_args {
    ifb_str question;
    size_t number;  /* among the questions of its constraint */
};

static enum ifb_code bind_leaf(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    (void)arena;
    if (ifb_str_trim_ascii(((struct leaf_args *)args)->question).len)
        return IFB_OK;
    return ifb_fail(err, IFB_EINPUT, "question: wanted one that is answered yes or no");
}

static enum ifb_outcome run_leaf(const void *args, struct ifb_probe *p)
{
    const struct leaf_args *a = args;
    enum ifb_said said = p->said ? (enum ifb_said)p->said[a->number] : IFB_SAID_NOTHING;

    if (said == IFB_SAID_NOTHING)
        ifb_why(p, p->said ? "no judgment: '%.*s'" : "needs a judge: '%.*s'",
                IFB_ARG(ifb_shown(a->question)));
    else
        ifb_why(p, "judged %s: '%.*s'", said == IFB_SAID_YES ? "yes" : "no",
                IFB_ARG(ifb_shown(a->question)));
    return said == IFB_SAID_YES ? IFB_PASS : said == IFB_SAID_NO ? IFB_FAIL : IFB_UNSCORED;
}

static const struct ifb_field leaf_fields[] = {
    IFB_FIELD(struct leaf_args, question, "question", .kind = IFB_STRING, .required = true,
              .doc = "about the answer; yes means that it holds"),
    { 0 }
};

const struct ifb_check ifb_judge_leaf = {
    .id = "judge", .doc = "a judge answers a question about the whole answer with yes",
    .fields = leaf_fields, .args_size = sizeof(struct leaf_args), .bind = bind_leaf,
    .run = run_leaf,
};

ifb_str ifb_judge_leaf_number(void *args, size_t number)
{
    struct leaf_args *a = args;

    a->number = number;
    return a->question;
}
