/* SPDX-License-Identifier: Apache-2.0 */
/* Reads policies: YAML by the house's reader, each rule by a small one of its own. */
#include "harness/engine/policy.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/base/yaml.h"

const char *const ifb_budget_names[IFB_BUDGETS + 1] = {
    [IFB_BUDGET_ERRORS] = "errors",           [IFB_BUDGET_UNSCORED] = "unscored",
    [IFB_BUDGET_MISSING] = "missing",         [IFB_BUDGET_FAILED_CALLS] = "failed_calls",
    [IFB_BUDGET_LATENCY_P50] = "latency_p50", [IFB_BUDGET_LATENCY_P95] = "latency_p95",
    [IFB_BUDGET_LATENCY_P99] = "latency_p99", [IFB_BUDGET_COST] = "cost",
    [IFB_BUDGET_REGRESSED] = "regressed",
};

static const char *const ops[] = { ">=", ">", "<=", "<" };

const char *ifb_op_name(enum ifb_rule_op op)
{
    return ops[op];
}

bool ifb_op_holds(enum ifb_rule_op op, double value, double limit)
{
    switch (op) {
    case IFB_OP_GE: return value >= limit;
    case IFB_OP_GT: return value > limit;
    case IFB_OP_LE: return value <= limit;
    case IFB_OP_LT: return value < limit;
    }
    return false;
}

/* ---- words of a rule ---- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* The next word; '<', '>', '=' and '%' are words of their own. Absent at the end. */
static ifb_str next_word(ifb_str *rest)
{
    size_t from = 0, to;

    while (from < rest->len && is_space(rest->ptr[from]))
        from++;
    to = from;
    if (to < rest->len && strchr("<>=", rest->ptr[to]) && rest->ptr[to])
        while (to < rest->len && rest->ptr[to] && strchr("<>=", rest->ptr[to]))
            to++;
    else if (to < rest->len && rest->ptr[to] == '%')
        to++;
    else
        while (to < rest->len && !is_space(rest->ptr[to]) &&
               !(rest->ptr[to] && strchr("<>=%", rest->ptr[to])))
            to++;
    if (to == from)
        return (ifb_str){ NULL, 0 };
    ifb_str word = ifb_str_part(*rest, from, to);
    *rest = ifb_str_from(*rest, to);
    return word;
}

static ifb_str peek_word(ifb_str rest)
{
    return next_word(&rest);
}

static bool take(ifb_str *rest, const char *word)
{
    if (!ifb_str_is(peek_word(*rest), word))
        return false;
    next_word(rest);
    return true;
}

static enum ifb_code fail_word(ifb_str word, const char *wanted, struct ifb_error *err)
{
    if (!word.ptr)
        return ifb_fail(err, IFB_EINPUT, "wanted %s at the end of the rule", wanted);
    return ifb_fail(err, IFB_EINPUT, "wanted %s, found \"%.*s\"", wanted,
                    IFB_ARG(ifb_utf8_cut(word, 80)));
}

/* "0.8", "80 %", "2000 ms", "2 s", "5 usd"; a unit may touch the number. */
static enum ifb_code read_number(ifb_str *rest, struct ifb_rule *rule, bool latency, bool cost,
                                 struct ifb_error *err)
{
    ifb_str word = next_word(rest), number = word;
    const char *unit = "";

    if (latency)
        unit = ifb_str_ends(word, IFB_STR("ms")) ? "ms"
               : ifb_str_ends(word, IFB_STR("s")) ? "s" : "";
    if (word.ptr)
        number = ifb_str_part(word, 0, word.len - strlen(unit));
    if (!word.ptr || !ifb_str_real(number, &rule->limit))
        return fail_word(word, "a number", err);
    if (take(rest, "%")) {
        if (latency || cost)
            return ifb_fail(err, IFB_EINPUT, "%.*s is no share, it takes no %%",
                            IFB_ARG(rule->subject));
        rule->percent = true;
        rule->limit /= 100;
    }
    if (latency && !*unit)
        unit = take(rest, "ms") ? "ms" : take(rest, "s") ? "s" : "";
    if (latency && !*unit)
        return ifb_fail(err, IFB_EINPUT, "%.*s wants a unit, ms or s", IFB_ARG(rule->subject));
    if (strcmp(unit, "s") == 0)
        rule->limit *= 1000;
    if (cost && !take(rest, "usd"))
        take(rest, "USD");
    return IFB_OK;
}

/* "95 %", "0.95". */
static enum ifb_code read_confidence(ifb_str *rest, double *out, struct ifb_error *err)
{
    ifb_str word = next_word(rest);

    if (!word.ptr || !ifb_str_real(word, out))
        return fail_word(word, "a confidence such as 95 %", err);
    if (take(rest, "%"))
        *out /= 100;
    if (!(*out >= 0.5 && *out < 1))
        return ifb_fail(err, IFB_EINPUT, "a confidence is from 50 %% to less than 100 %%, found "
                        "%.*s", IFB_ARG(word));
    return IFB_OK;
}

static enum ifb_code read_op(ifb_str *rest, enum ifb_rule_op *out, struct ifb_error *err)
{
    ifb_str word = next_word(rest);

    for (int i = 0; i < 4; i++)
        if (ifb_str_is(word, ops[i])) {
            *out = (enum ifb_rule_op)i;
            return IFB_OK;
        }
    return fail_word(word, ">=, >, <= or <", err);
}

static bool find_budget(ifb_str name, enum ifb_rule_budget *out)
{
    for (int i = 0; i < IFB_BUDGETS; i++)
        if (ifb_str_is(name, ifb_budget_names[i])) {
            *out = (enum ifb_rule_budget)i;
            return true;
        }
    return false;
}

/* "core.items": the part behind the last dot, with the suite before it. */
static ifb_str last_part(ifb_str subject, ifb_str *suite)
{
    size_t dot = subject.len;

    while (dot && subject.ptr[dot - 1] != '.')
        dot--;
    *suite = dot ? ifb_str_part(subject, 0, dot - 1) : (ifb_str){ NULL, 0 };
    return ifb_str_from(subject, dot);
}

static enum ifb_code read_items(ifb_str *rest, struct ifb_rule *rule, struct ifb_error *err)
{
    ifb_str k = next_word(rest), of, n;
    enum ifb_code code;

    of = next_word(rest);
    n = next_word(rest);
    if (!k.ptr || !n.ptr || !ifb_str_is(of, "of") || !ifb_str_int(k, &rule->k) ||
        !ifb_str_int(n, &rule->of))
        return ifb_fail(err, IFB_EINPUT, "wanted \"items K of N\", such as \"items 4 of 5\"");
    if (rule->k < 1 || rule->k > rule->of)
        return ifb_fail(err, IFB_EINPUT, "K of \"items K of N\" is from 1 to N");
    rule->op = IFB_OP_GE;
    rule->limit = 1;
    if (!peek_word(*rest).ptr)
        return IFB_OK;
    code = read_op(rest, &rule->op, err);
    return code ? code : read_number(rest, rule, false, false, err);
}

static enum ifb_code read_budget(ifb_str *rest, struct ifb_rule *rule, struct ifb_error *err)
{
    bool latency = rule->budget >= IFB_BUDGET_LATENCY_P50 && rule->budget <= IFB_BUDGET_LATENCY_P99;
    enum ifb_code code = read_op(rest, &rule->op, err);

    if (!code && (rule->op == IFB_OP_GE || rule->op == IFB_OP_GT))
        return ifb_fail(err, IFB_EINPUT, "%.*s is a budget, it takes <= or <",
                        IFB_ARG(rule->subject));
    if (!code)
        code = read_number(rest, rule, latency, rule->budget == IFB_BUDGET_COST, err);
    if (!code && rule->budget <= IFB_BUDGET_FAILED_CALLS && rule->limit > 1)
        return ifb_fail(err, IFB_EINPUT, "%.*s is a share of the samples, from 0 to 1 or with %%",
                        IFB_ARG(rule->subject));
    return code;
}

static enum ifb_code read_share(ifb_str *rest, struct ifb_rule *rule, double confidence,
                                struct ifb_error *err)
{
    enum ifb_code code;

    rule->kind = take(rest, "drop") ? IFB_RULE_DROP : IFB_RULE_SHARE;
    rule->confidence = rule->kind == IFB_RULE_DROP ? confidence : 0;
    code = read_op(rest, &rule->op, err);
    if (!code && rule->kind == IFB_RULE_DROP && rule->op != IFB_OP_LE && rule->op != IFB_OP_LT)
        return ifb_fail(err, IFB_EINPUT, "a drop takes <= or <");
    if (!code)
        code = read_number(rest, rule, false, false, err);
    if (!code && take(rest, "at"))
        code = read_confidence(rest, &rule->confidence, err);
    return code;
}

static enum ifb_code read_rule(const struct ifb_json *v, double confidence, struct ifb_rule *rule,
                               struct ifb_error *err)
{
    ifb_str rest, part;
    enum ifb_code code;

    if (v->kind != IFB_JSTRING)
        return ifb_fail(err, IFB_EINPUT, "a rule is one line of text, found %s; quote it where it "
                        "has \": \"", ifb_json_kind_name(v->kind));
    *rule = (struct ifb_rule){ .text = v->string, .line = v->line };
    rest = v->string;
    rule->subject = next_word(&rest);
    if (!rule->subject.ptr)
        return ifb_fail(err, IFB_EINPUT, "the rule is empty");
    part = last_part(rule->subject, &rule->suite);
    if (ifb_str_is(part, "items")) {
        rule->kind = IFB_RULE_ITEMS;
        code = read_items(&rest, rule, err);
    } else if (find_budget(part, &rule->budget)) {
        rule->kind = IFB_RULE_BUDGET;
        code = read_budget(&rest, rule, err);
    } else
        code = read_share(&rest, rule, confidence, err);
    if (!code && peek_word(rest).ptr)
        return ifb_fail(err, IFB_EINPUT, "what does \"%.*s\" mean after the rule?",
                        IFB_ARG(ifb_utf8_cut(peek_word(rest), 80)));
    return code;
}

/* ---- the file ---- */

static enum ifb_code read_rules(const struct ifb_json *rules, double confidence, const char *name,
                                struct ifb_arena *arena, struct ifb_policy *out,
                                struct ifb_error *err)
{
    struct ifb_rule *at;

    if (!rules || rules->kind != IFB_JARRAY || !rules->n)
        return ifb_fail(err, IFB_EINPUT, "%s:%u: wanted rules, a list of at least one", name,
                        rules ? rules->line : 1);
    if (rules->n > IFB_POLICY_RULES_MAX)
        return ifb_fail(err, IFB_EINPUT, "%s: more than %d rules", name, IFB_POLICY_RULES_MAX);
    out->rules = at = ifb_new(arena, struct ifb_rule, rules->n);
    for (const struct ifb_json *r = rules->first; r; r = r->next)
        if (read_rule(r, confidence, &at[out->n++], err))
            return ifb_within(err, "%s:%u", name, r->line);
    return IFB_OK;
}

static enum ifb_code default_confidence(const struct ifb_json *v, double *out,
                                        struct ifb_error *err)
{
    ifb_str text = v->string;

    if (v->kind == IFB_JNUMBER) {
        *out = v->number > 1 ? v->number / 100 : v->number;
        if (*out >= 0.5 && *out < 1)
            return IFB_OK;
        return ifb_fail(err, IFB_EINPUT, "a confidence is from 50 %% to less than 100 %%");
    }
    if (v->kind != IFB_JSTRING)
        return ifb_fail(err, IFB_EINPUT, "wanted a confidence such as 95 %%");
    return read_confidence(&text, out, err);
}

static enum ifb_code fail_key(ifb_str key, struct ifb_error *err)
{
    static const char *const keys[] = { "rules", "confidence" };

    for (size_t i = 0; i < 2; i++)
        if (ifb_edit_distance(key, ifb_str_of(keys[i]), 5) < 4)
            return ifb_fail(err, IFB_EINPUT, "unknown key \"%.*s\", did you mean \"%s\"?",
                            IFB_ARG(ifb_utf8_cut(key, 80)), keys[i]);
    return ifb_fail(err, IFB_EINPUT, "unknown key \"%.*s\", wanted \"rules\" or \"confidence\"",
                    IFB_ARG(ifb_utf8_cut(key, 80)));
}

static enum ifb_code read_policy(const struct ifb_json *v, const char *name,
                                 struct ifb_arena *arena, struct ifb_policy *out,
                                 struct ifb_error *err)
{
    double confidence = 0.95;

    if (v->kind != IFB_JOBJECT)
        return ifb_fail(err, IFB_EINPUT, "%s:%u: wanted \"rules:\" and a list", name,
                        v->line ? v->line : 1);
    for (const struct ifb_json *m = v->first; m; m = m->next) {
        enum ifb_code code = IFB_OK;

        if (ifb_str_is(m->key, "confidence"))
            code = default_confidence(m, &confidence, err);
        else if (!ifb_str_is(m->key, "rules"))
            code = fail_key(m->key, err);
        if (code)
            return ifb_within(err, "%s:%u", name, m->line);
    }
    out->confidence = confidence;
    return read_rules(ifb_json_get(v, "rules"), confidence, name, arena, out, err);
}

enum ifb_code ifb_policy_parse(ifb_str text, const char *name, struct ifb_arena *arena,
                               struct ifb_policy *out, struct ifb_error *err)
{
    const struct ifb_json *v;
    enum ifb_code code = ifb_yaml_parse(text, name, arena, &v, err);

    *out = (struct ifb_policy){ .name = ifb_utf8_repair(arena, ifb_str_of(name)) };
    return code ? code : read_policy(v, name, arena, out, err);
}

enum ifb_code ifb_policy_read(const char *path, struct ifb_arena *arena, struct ifb_policy *out,
                              struct ifb_error *err)
{
    const struct ifb_json *v;
    enum ifb_code code = ifb_yaml_read(path, arena, &v, err);

    *out = (struct ifb_policy){ .name = ifb_utf8_repair(arena, ifb_str_of(path)) };
    return code ? code : read_policy(v, path, arena, out, err);
}
