/* SPDX-License-Identifier: Apache-2.0 */
/* One item of a suite of one's own: what is asked, and which constraints hold in which turn. */
#include "suites/user.h"

#include <stdio.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

#define TURNS_MAX 100
#define CONSTRAINTS_MAX 1000

/* A constraint as it is written: an expression, or an id of IFEval with its arguments. */
struct rule {
    const struct ifb_json *expression, *id, *kwargs;
    ifb_str name;  /* by which a later turn may drop it */
};

/* An item being read. */
struct reading {
    const struct ifb_user_suite *s;
    struct ifb_user_faults *f;
    const struct ifb_json *json;
    struct ifb_item *item;
    struct ifb_message *messages;
    size_t nmessages;
    struct rule *rules;  /* in force */
    size_t nrules, rules_cap, constraints_cap;
};

#define FAULT(r, line, ...) ifb_user_fault((r)->f, (r)->s->path, (line), __VA_ARGS__)

/* The member, unless it is null; a fault when it is of another kind. */
static const struct ifb_json *get(struct reading *r, const struct ifb_json *object,
                                  const char *name, enum ifb_json_kind kind)
{
    const struct ifb_json *m = ifb_json_get(object, name);
    static const char *const wanted[] = { "null", "a boolean", "a number", "a string", "an array",
                                          "an object" };

    if (!m || m->kind == IFB_JNULL)
        return NULL;
    if (m->kind == kind)
        return m;
    FAULT(r, m->line, "%s is %s, wanted %s", name, ifb_json_kind_name(m->kind), wanted[kind]);
    return NULL;
}

static ifb_str get_text(struct reading *r, const struct ifb_json *object, const char *name)
{
    const struct ifb_json *m = get(r, object, name, IFB_JSTRING);

    return m ? m->string : (ifb_str){ NULL, 0 };
}

/* A text that must be there and say something. */
static bool need_text(struct reading *r, const struct ifb_json *object, const char *name,
                      ifb_str *out)
{
    const struct ifb_json *m = ifb_json_get(object, name);

    *out = IFB_STR("");
    if (!m || m->kind == IFB_JNULL)
        return FAULT(r, object->line, "%s is missing, wanted a string", name);
    *out = get_text(r, object, name);
    if (!out->ptr)
        return false;
    return ifb_str_trim_ascii(*out).len || FAULT(r, m->line, "%s is empty", name);
}

/* ---- what is asked ---- */

static void add_message(struct reading *r, enum ifb_role role, ifb_str text)
{
    r->messages[r->nmessages++] = (struct ifb_message){ .role = role, .text = text };
}

static void add_system(struct reading *r, bool has_one)
{
    const struct ifb_json *own = get(r, r->json, "system", IFB_JSTRING);
    const struct ifb_json *m = own ? own : r->s->system;

    if (own && has_one)
        FAULT(r, own->line, "system is there twice, also in messages");
    else if (m && !has_one && m->string.len)
        add_message(r, IFB_SYSTEM, m->string);
}

static bool read_role(struct reading *r, const struct ifb_json *message, enum ifb_role *out)
{
    static const char *const names[] = { "system", "user", "assistant", NULL };
    const struct ifb_json *m = ifb_json_get(message, "role");

    for (size_t i = 0; m && names[i]; i++)
        if (m->kind == IFB_JSTRING && ifb_str_is(m->string, names[i])) {
            *out = (enum ifb_role)i;
            return true;
        }
    return FAULT(r, m ? m->line : message->line, "role is %s, wanted \"system\", \"user\" or "
                 "\"assistant\"", m ? "another" : "missing");
}

static void read_message(struct reading *r, const struct ifb_json *m, bool first)
{
    static const char *const names[] = { "role", "content", NULL };
    enum ifb_role role = IFB_USER;
    ifb_str text;

    if (m->kind != IFB_JOBJECT) {
        FAULT(r, m->line, "a message is %s, wanted an object", ifb_json_kind_name(m->kind));
        return;
    }
    ifb_user_members(r->f, r->s->path, m, "a message", names);
    if (!read_role(r, m, &role) || !need_text(r, m, "content", &text))
        return;
    if (role == IFB_SYSTEM && !first)
        FAULT(r, m->line, "a system message stands first or nowhere");
    else if (role == IFB_ASSISTANT && (!r->nmessages ||
                                       r->messages[r->nmessages - 1].role != IFB_USER))
        FAULT(r, m->line, "an assistant message stands behind a user's");
    else if (role == IFB_USER && r->nmessages && r->messages[r->nmessages - 1].role == IFB_USER)
        FAULT(r, m->line, "two user messages in a row; what is asked in several turns goes into "
              "turns");
    add_message(r, role, text);
}

static void read_messages(struct reading *r, const struct ifb_json *array)
{
    const struct ifb_json *first = array->first, *role = ifb_json_get(first, "role");

    r->messages = ifb_new(r->s->arena, struct ifb_message, array->n + 1);
    add_system(r, role && role->kind == IFB_JSTRING && ifb_str_is(role->string, "system"));
    for (const struct ifb_json *m = first; m; m = m->next)
        read_message(r, m, m == first);
    if (!r->nmessages || r->messages[r->nmessages - 1].role != IFB_USER)
        FAULT(r, array->line, "the last message is not the user's");
}

static void read_prompt(struct reading *r, const struct ifb_json *object)
{
    ifb_str text;

    if (need_text(r, object, "prompt", &text))
        add_message(r, IFB_USER, text);
}

/* ---- constraints ---- */

/* The loader's "(line N)" is where in a long expression the fault is. */
static void fault_of_constraint(struct reading *r, unsigned line, struct ifb_error *err)
{
    char *at = strstr(err->msg, " (line ");
    unsigned inner;

    for (char *next = at; next; next = strstr(next + 1, " (line "))
        at = next;
    if (at && sscanf(at, " (line %u)", &inner) == 1 && strchr(at, ')') &&
        !strchr(at, ')')[1]) {
        line = inner;
        *at = '\0';
    }
    FAULT(r, line, "constraint: %s", err->msg);
}

static bool load_listed(struct reading *r, const struct rule *rule, struct ifb_constraint *out,
                        struct ifb_error *err)
{
    const struct ifb_json *args = rule->kwargs && rule->kwargs->kind != IFB_JNULL ? rule->kwargs
                                                                                 : NULL;

    if (ifb_constraint_load(r->s->arena, rule->id->string, args, out, err))
        return false;
    if (!out->broken.len)
        return true;
    ifb_fail(err, IFB_EINPUT, "%.*s: %.*s", IFB_ARG(out->id), IFB_ARG(out->broken));
    ifb_constraint_release(out);
    return false;
}

/* Makes the rule a constraint of a turn; gives the rule its name. */
static bool add_constraint(struct reading *r, struct rule *rule, uint16_t turn)
{
    const struct ifb_json *at = rule->expression ? rule->expression : rule->id;
    struct ifb_item *item = r->item;
    struct ifb_constraint c;
    struct ifb_error err;

    if (item->nconstraints == CONSTRAINTS_MAX)
        return FAULT(r, at->line, "more than %d constraints in an item", CONSTRAINTS_MAX);
    if (rule->expression ? ifb_constraint_load_expression(r->s->arena, at, &c, &err) != IFB_OK
                         : !load_listed(r, rule, &c, &err)) {
        fault_of_constraint(r, at->line, &err);
        return false;
    }
    c.turn = turn;
    rule->name = c.id;
    item->constraints = ifb_grow(r->s->arena, item->constraints, &r->constraints_cap,
                                 item->nconstraints + 1, sizeof(c));
    item->constraints[item->nconstraints++] = c;
    return true;
}

static void add_rule(struct reading *r, struct rule rule)
{
    r->rules = ifb_grow(r->s->arena, r->rules, &r->rules_cap, r->nrules + 1, sizeof(rule));
    r->rules[r->nrules++] = rule;
}

static void read_listed(struct reading *r, const struct ifb_json *object)
{
    const struct ifb_json *ids = get(r, object, "instruction_id_list", IFB_JARRAY);
    const struct ifb_json *kwargs = get(r, object, "kwargs", IFB_JARRAY), *args;

    if (!ids && kwargs)
        FAULT(r, kwargs->line, "kwargs without instruction_id_list");
    if (ids && kwargs && ids->n != kwargs->n)
        FAULT(r, kwargs->line, "kwargs has %zu members, wanted %zu as in instruction_id_list",
              kwargs->n, ids->n);
    args = kwargs ? kwargs->first : NULL;
    for (const struct ifb_json *id = ids ? ids->first : NULL; id; id = id->next) {
        if (id->kind != IFB_JSTRING)
            FAULT(r, id->line, "instruction_id_list has %s, wanted strings",
                  ifb_json_kind_name(id->kind));
        else
            add_rule(r, (struct rule){ .id = id, .kwargs = args });
        args = args ? args->next : NULL;
    }
}

/* New rules of an item or a turn. */
static void read_rules(struct reading *r, const struct ifb_json *object)
{
    const struct ifb_json *list = get(r, object, "constraints", IFB_JARRAY);

    for (const struct ifb_json *x = list ? list->first : NULL; x; x = x->next)
        add_rule(r, (struct rule){ .expression = x });
    read_listed(r, object);
}

/* Rules that came to nothing have had their fault and are forgotten. */
static void bind_rules(struct reading *r, uint16_t turn)
{
    size_t n = 0;

    for (size_t i = 0; i < r->nrules; i++)
        if (add_constraint(r, &r->rules[i], turn))
            r->rules[n++] = r->rules[i];
    r->nrules = n;
}

/* ---- turns ---- */

static void fail_drop(struct reading *r, const struct ifb_json *name)
{
    const char **names = ifb_new(r->s->arena, const char *, r->nrules + 1), *near;

    for (size_t i = 0; i < r->nrules; i++)
        names[i] = ifb_cstr(r->s->arena, r->rules[i].name);
    near = ifb_nearest(name->string, names);
    FAULT(r, name->line, "drop: no constraint \"%.*s\" is in force%s%s%s",
          IFB_ARG(ifb_utf8_cut(name->string, 80)), *near ? ", did you mean \"" : "", near,
          *near ? "\"?" : "");
}

static void drop_rules(struct reading *r, const struct ifb_json *turn)
{
    const struct ifb_json *list = get(r, turn, "drop", IFB_JARRAY);

    for (const struct ifb_json *name = list ? list->first : NULL; name; name = name->next) {
        size_t n = 0;

        if (name->kind != IFB_JSTRING) {
            FAULT(r, name->line, "drop has %s, wanted names of constraints",
                  ifb_json_kind_name(name->kind));
            continue;
        }
        for (size_t i = 0; i < r->nrules; i++)
            if (!ifb_str_eq(r->rules[i].name, name->string))
                r->rules[n++] = r->rules[i];
        if (n == r->nrules)
            fail_drop(r, name);
        r->nrules = n;
    }
}

static void read_turns(struct reading *r, const struct ifb_json *turns)
{
    static const char *const names[] = { "prompt", "constraints", "instruction_id_list", "kwargs",
                                         "drop", NULL };
    uint16_t turn = 0;

    r->messages = ifb_new(r->s->arena, struct ifb_message, turns->n + 1);
    add_system(r, false);
    if (!turns->n)
        FAULT(r, turns->line, "turns is empty");
    if (turns->n > TURNS_MAX)
        FAULT(r, turns->line, "more than %d turns", TURNS_MAX);
    for (const struct ifb_json *m = turns->first; m && turn < TURNS_MAX; m = m->next, turn++) {
        if (m->kind != IFB_JOBJECT) {
            FAULT(r, m->line, "a turn is %s, wanted an object", ifb_json_kind_name(m->kind));
            continue;
        }
        ifb_user_members(r->f, r->s->path, m, "a turn", names);
        read_prompt(r, m);
        if (turn)
            drop_rules(r, m);
        else if (ifb_json_get(m, "drop"))
            FAULT(r, ifb_json_get(m, "drop")->line, "drop: there is nothing before the first turn");
        read_rules(r, m);
        bind_rules(r, turn);
    }
}

/* Exactly one of prompt, messages, turns. */
static void read_question(struct reading *r)
{
    static const char *const names[] = { "prompt", "messages", "turns" };
    const struct ifb_json *found = NULL, *m;

    for (size_t i = 0; i < 3; i++) {
        m = ifb_json_get(r->json, names[i]);
        if (m && found)
            FAULT(r, m->line, "%s is one too many: wanted one of prompt, messages, turns",
                  names[i]);
        found = m ? m : found;
    }
    if (!found)
        FAULT(r, r->json->line, "wanted one of prompt, messages, turns");
    read_rules(r, r->json);
    m = get(r, r->json, "turns", IFB_JARRAY);
    if (m) {
        read_turns(r, m);
        return;
    }
    m = get(r, r->json, "messages", IFB_JARRAY);
    if (m) {
        read_messages(r, m);
    } else {
        r->messages = ifb_new(r->s->arena, struct ifb_message, 2);
        add_system(r, false);
        if (ifb_json_get(r->json, "prompt"))
            read_prompt(r, r->json);
    }
    bind_rules(r, 0);
}

/* ---- the rest ---- */

static void read_id(struct reading *r)
{
    const struct ifb_json *id = ifb_json_get(r->json, "id");

    if (!id)
        id = ifb_json_get(r->json, "key"); /* as IFEval's rows call it */
    if (id && id->kind == IFB_JNUMBER && id->whole)
        r->item->id = ifb_fmt(r->s->arena, "%lld", (long long)id->integer);
    else if (id && id->kind == IFB_JSTRING && id->string.len)
        r->item->id = id->string;
    else
        FAULT(r, id ? id->line : r->json->line, "id is %s, wanted a string or a whole number",
              !id ? "missing" : id->kind == IFB_JSTRING ? "empty" : ifb_json_kind_name(id->kind));
}

static void read_tags(struct reading *r)
{
    const struct ifb_json *list = get(r, r->json, "tags", IFB_JARRAY);
    ifb_str *at = ifb_new(r->s->arena, ifb_str, list ? list->n : 0);

    for (const struct ifb_json *m = list ? list->first : NULL; m; m = m->next) {
        bool known = m->kind != IFB_JSTRING;

        for (size_t i = 0; i < r->item->tags.n && !known; i++)
            known = ifb_str_eq(at[i], m->string);
        if (m->kind != IFB_JSTRING)
            FAULT(r, m->line, "tags has %s, wanted strings", ifb_json_kind_name(m->kind));
        if (!known)
            at[r->item->tags.n++] = m->string;
    }
    r->item->tags.at = at;
}

static void read_rest(struct reading *r)
{
    const struct ifb_json *level = get(r, r->json, "level", IFB_JNUMBER);
    ifb_str group = get_text(r, r->json, "group");

    r->item->group = group.ptr ? group : IFB_STR("");
    r->item->reference = get_text(r, r->json, "reference");
    if (level && (!level->whole || level->integer < 1 || level->integer > UINT16_MAX))
        FAULT(r, level->line, "level is %.*s, wanted a whole number from 1 to %u",
              IFB_ARG(level->string), UINT16_MAX);
    else if (level)
        r->item->level = (uint16_t)level->integer;
    read_tags(r);
}

bool ifb_user_item(const struct ifb_user_suite *s, const struct ifb_json *json,
                   struct ifb_user_faults *f, struct ifb_item *out)
{
    static const char *const names[] = { "id", "key", "prompt", "messages", "turns", "system",
                                         "constraints", "instruction_id_list", "kwargs", "group",
                                         "level", "reference", "tags", "vars", "table", NULL };
    struct reading r = { .s = s, .f = f, .json = json, .item = out };
    size_t before = f->n;

    *out = (struct ifb_item){ .group = IFB_STR("") };
    ifb_user_members(f, s->path, json, "an item", names);
    read_id(&r);
    read_question(&r);
    read_rest(&r);
    out->prompt = (struct ifb_conversation){ r.messages, r.nmessages };
    if (f->n == before && !out->nconstraints)
        FAULT(&r, json->line, "no constraints, wanted at least one");
    if (f->n == before)
        return true;
    for (size_t i = 0; i < out->nconstraints; i++)
        ifb_constraint_release(&out->constraints[i]);
    out->nconstraints = 0;
    return false;
}
