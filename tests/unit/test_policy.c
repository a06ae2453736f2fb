/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of policies: what rules mean, and what is said about those that are none. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/engine/policy.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static enum ifb_code parse(const char *text, struct ifb_arena *arena, struct ifb_policy *out,
                           struct ifb_error *err)
{
    *err = (struct ifb_error){ 0 };
    return ifb_policy_parse(ifb_str_of(text), "p.yaml", arena, out, err);
}

static void rules_mean_what_they_say(void **state)
{
    static const struct {
        const char *rule;
        struct ifb_rule want;
    } rows[] = {
        { "ifeval.prompt_level_strict_acc >= 0.80",
          { .kind = IFB_RULE_SHARE, .op = IFB_OP_GE, .limit = 0.8 } },
        { "x>80%", { .kind = IFB_RULE_SHARE, .op = IFB_OP_GT, .limit = 0.8, .percent = true } },
        { "x >= 80 % at 90 %",
          { .kind = IFB_RULE_SHARE, .op = IFB_OP_GE, .limit = 0.8, .percent = true,
            .confidence = 0.9 } },
        { "x drop <= 1 %", { .kind = IFB_RULE_DROP, .op = IFB_OP_LE, .limit = 0.01,
                             .percent = true, .confidence = 0.975 } },
        { "x drop < 0.01 at 0.99",
          { .kind = IFB_RULE_DROP, .op = IFB_OP_LT, .limit = 0.01, .confidence = 0.99 } },
        { "keywords:* drop <= 5% at 80%",
          { .kind = IFB_RULE_DROP, .op = IFB_OP_LE, .limit = 0.05, .percent = true,
            .confidence = 0.8 } },
        { "items 4 of 5",
          { .kind = IFB_RULE_ITEMS, .op = IFB_OP_GE, .limit = 1, .k = 4, .of = 5 } },
        { "core.items 8 of 10 > 90 %",
          { .kind = IFB_RULE_ITEMS, .op = IFB_OP_GT, .limit = 0.9, .percent = true, .k = 8,
            .of = 10, .suite = IFB_STR_INIT("core") } },
        { "errors <= 1 %", { .kind = IFB_RULE_BUDGET, .budget = IFB_BUDGET_ERRORS,
                             .op = IFB_OP_LE, .limit = 0.01, .percent = true } },
        { "core.latency_p95 <= 2s",
          { .kind = IFB_RULE_BUDGET, .budget = IFB_BUDGET_LATENCY_P95, .op = IFB_OP_LE,
            .limit = 2000, .suite = IFB_STR_INIT("core") } },
        { "latency_p50 < 150 ms", { .kind = IFB_RULE_BUDGET, .budget = IFB_BUDGET_LATENCY_P50,
                                    .op = IFB_OP_LT, .limit = 150 } },
        { "cost <= 2.5 usd", { .kind = IFB_RULE_BUDGET, .budget = IFB_BUDGET_COST,
                               .op = IFB_OP_LE, .limit = 2.5 } },
        { "regressed <= 12", { .kind = IFB_RULE_BUDGET, .budget = IFB_BUDGET_REGRESSED,
                               .op = IFB_OP_LE, .limit = 12 } },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ifb_arena *arena = ifb_arena_new();
        struct ifb_policy p;
        struct ifb_error err;
        const struct ifb_rule *want = &rows[i].want, *r;
        ifb_str text = ifb_fmt(arena, "confidence: 97.5 %%\nrules:\n\n  - \"%s\"\n", rows[i].rule);

        if (parse(text.ptr, arena, &p, &err))
            fail_msg("%s: %s", rows[i].rule, err.msg);
        r = &p.rules[0];
        if (p.n != 1 || r->kind != want->kind || r->op != want->op || r->budget != want->budget ||
            fabs(r->limit - want->limit) > 1e-12 || r->percent != want->percent ||
            fabs(r->confidence - want->confidence) > 1e-12 || r->k != want->k ||
            r->of != want->of || r->line != 4 || !ifb_str_is(r->text, rows[i].rule) ||
            (want->suite.ptr && !ifb_str_eq(r->suite, want->suite)))
            fail_msg("%s: read as something else", rows[i].rule);
        ifb_arena_close(arena);
    }
}

static void what_is_no_rule_is_said_with_its_line(void **state)
{
    static const struct { const char *text, *message; } rows[] = {
        { "", "p.yaml:1: wanted \"rules:\" and a list" },
        { "- a\n", "p.yaml:1: wanted \"rules:\" and a list" },
        { "confidence: 95 %\n", "p.yaml:1: wanted rules, a list of at least one" },
        { "rules: []\n", "p.yaml:1: wanted rules, a list of at least one" },
        { "rule:\n  - a >= 1\n", "p.yaml:2: unknown key \"rule\", did you mean \"rules\"?" },
        { "rules:\n  - a >= 1\nfoo: 1\n",
          "p.yaml:3: unknown key \"foo\", wanted \"rules\" or \"confidence\"" },
        { "confidence: 10 %\nrules:\n  - a >= 1\n",
          "p.yaml:1: a confidence is from 50 % to less than 100 %, found 10" },
        { "confidence: 100\nrules:\n  - a >= 1\n",
          "p.yaml:1: a confidence is from 50 % to less than 100 %" },
        { "rules:\n  - a: 1\n",
          "p.yaml:2: a rule is one line of text, found an object; quote it where it has \": \"" },
        { "rules:\n  - ''\n", "p.yaml:2: the rule is empty" },
        { "rules:\n  - a >= 1\n  - a\n", "p.yaml:3: wanted >=, >, <= or < at the end of the rule" },
        { "rules:\n  - a = 1\n", "p.yaml:2: wanted >=, >, <= or <, found \"=\"" },
        { "rules:\n  - a >= much\n", "p.yaml:2: wanted a number, found \"much\"" },
        { "rules:\n  - a >=\n", "p.yaml:2: wanted a number at the end of the rule" },
        { "rules:\n  - a >= nan\n", "p.yaml:2: wanted a number, found \"nan\"" },
        { "rules:\n  - a >= 1 now\n", "p.yaml:2: what does \"now\" mean after the rule?" },
        { "rules:\n  - a >= 1 at\n",
          "p.yaml:2: wanted a confidence such as 95 % at the end of the rule" },
        { "rules:\n  - a drop >= 1\n", "p.yaml:2: a drop takes <= or <" },
        { "rules:\n  - errors >= 1\n", "p.yaml:2: errors is a budget, it takes <= or <" },
        { "rules:\n  - errors <= 2\n",
          "p.yaml:2: errors is a share of the samples, from 0 to 1 or with %" },
        { "rules:\n  - latency_p95 <= 20\n", "p.yaml:2: latency_p95 wants a unit, ms or s" },
        { "rules:\n  - latency_p95 <= 20 %\n", "p.yaml:2: latency_p95 is no share, it takes no %" },
        { "rules:\n  - items 5 of 4\n", "p.yaml:2: K of \"items K of N\" is from 1 to N" },
        { "rules:\n  - items most\n",
          "p.yaml:2: wanted \"items K of N\", such as \"items 4 of 5\"" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ifb_arena *arena = ifb_arena_new();
        struct ifb_policy p;
        struct ifb_error err;

        if (parse(rows[i].text, arena, &p, &err) != IFB_EINPUT ||
            strcmp(err.msg, rows[i].message) != 0)
            fail_msg("%s\n  said   %s\n  wanted %s", rows[i].text, err.msg, rows[i].message);
        ifb_arena_close(arena);
    }
}

/* Any prefix and any single byte of a policy: an answer or an error, nothing else. */
static void broken_policies_do_no_harm(void **state)
{
    static const char good[] = "confidence: 95 %\nrules:\n  - a.b >= 1 % at 90 %\n"
                               "  - items 1 of 2\n"
                               "  - latency_p95 <= 2 s\n  - 'k:* drop <= 5 %'\n";
    char text[sizeof(good)];

    (void)state;
    for (size_t i = 0; i < sizeof(good) - 1; i++)
        for (int c = 0; c < 128; c += c < 32 ? 9 : 3) {
            struct ifb_arena *arena = ifb_arena_new();
            struct ifb_policy p;
            struct ifb_error err;
            enum ifb_code code;

            memcpy(text, good, sizeof(good));
            text[i] = (char)c;
            code = parse(text, arena, &p, &err);
            assert_true(code == IFB_OK ? p.n > 0 : err.msg[0] != '\0');
            ifb_arena_close(arena);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_mean_what_they_say),
        cmocka_unit_test(what_is_no_rule_is_said_with_its_line),
        cmocka_unit_test(broken_policies_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
