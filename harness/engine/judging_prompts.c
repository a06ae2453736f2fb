/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What judges are asked with, looked at before the run: a file of prompts goes before
 * our own, and every judgment is asked for once, of nobody, to see that it can be.
 */
#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/str.h"
#include "harness/engine/inside.h"
#include "harness/engine/judging.h"

/* How the judgments of one suite can be asked for. */
struct look {
    size_t asked, failed;
    bool from_file;        /* some with a prompt of the user's */
    ifb_str wanted;        /* the prompt that was asked for first */
    struct ifb_error why;  /* of the first that cannot */
};

/* Those of the file, then those of ours that it does not have. */
static const struct ifb_templates *join(const struct ifb_templates *file, struct ifb_arena *arena)
{
    const struct ifb_templates *ours = ifb_templates_builtin();
    struct ifb_templates *all = ifb_new(arena, struct ifb_templates, 1);
    struct ifb_template *at = ifb_new(arena, struct ifb_template, file->n + ours->n);

    for (size_t i = 0; i < file->n; i++)
        at[all->n++] = file->at[i];
    for (size_t i = 0; i < ours->n; i++)
        if (!ifb_template_find(file, ours->at[i].name))
            at[all->n++] = ours->at[i];
    all->at = at;
    return all;
}

enum ifb_code ifb_judge_prompts_read(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    ifb_str path = in->o.judge.templates, text;
    const struct ifb_templates *file;
    enum ifb_code code;

    if (!path.ptr)
        return IFB_OK;
    code = ifb_file_read(ifb_cstr(in->arena, path), IFB_LINE_MAX, in->arena, &text, err);
    if (!code)
        code = ifb_templates_load(text, in->arena, &file, err);
    if (code)
        return ifb_within(err, "%.*s", IFB_ARG(path));
    in->judges->templates = join(file, in->arena);
    in->judges->nfile = file->n;
    return IFB_OK;
}

/* ---- asked of nobody ---- */

static bool is_of_file(const struct ifb_judges *js, ifb_str name)
{
    for (size_t i = 0; i < js->nfile; i++)
        if (js->templates->at[i].name.ptr == name.ptr)
            return true;
    return false;
}

/* Answers that stand in for those of the models. */
static struct ifb_judging_side stand_in(const char *text, size_t turns, struct ifb_arena *arena)
{
    ifb_str *at = ifb_new(arena, ifb_str, turns);

    for (size_t i = 0; i < turns; i++)
        at[i] = ifb_str_of(text);
    return (struct ifb_judging_side){ ifb_str_of(text), { at, turns } };
}

static enum ifb_code ask_task(struct ifb_run_inside *in, const struct ifb_judge_set *set,
                              const struct ifb_item *item, size_t number,
                              struct ifb_arena *arena, struct look *look)
{
    size_t turns = set->judging->shape(set->state, item, number).turns;
    const struct ifb_judging_match match = {
        .item = item, .sides = { stand_in("one", turns, arena), stand_in("other", turns, arena) }
    };
    struct ifb_judge_step step;
    struct ifb_judge_task task;
    struct ifb_error err = { 0 };
    enum ifb_code code = set->judging->task(set->state, &match, number, arena, &task, &err);

    task.context.templates = in->judges->templates;
    task.context.no_system = in->o.judge.no_system;
    if (!code && !task.decided)
        code = task.protocol->step(&task.context, (struct ifb_strs){ NULL, 0 }, arena, &step,
                                   &err);
    if (code && !look->failed++)
        look->why = err;
    if (!code && !task.decided) {
        look->from_file |= is_of_file(in->judges, step.ask.prompt);
        if (!look->asked++)
            look->wanted = ifb_str_copy(in->arena, step.ask.prompt);
    }
    return code;
}

static struct look look_at(struct ifb_run_inside *in, const struct ifb_judge_set *set)
{
    const struct ifb_suite_items *items = set->plan.items;
    struct ifb_arena *arena = ifb_arena_new();
    struct look look = { 0 };

    for (size_t i = 0; i < items->resident; i++)
        for (size_t t = 0; t < set->judging->count(set->state, &items->items[i]); t++) {
            ifb_arena_reset(arena);
            ask_task(in, set, &items->items[i], t, arena, &look);
        }
    ifb_arena_close(arena);
    return look;
}

/* Some that cannot be asked are told; when none can, that is a mistake. */
static enum ifb_code check_set(struct ifb_run *run, const struct ifb_judge_set *set,
                               const struct look *look, struct ifb_error *err)
{
    const char *suite = set->plan.items->suite->id;

    if (look->failed && !look->asked)
        return ifb_fail(err, look->why.code, "suite %s: none of its judgments can be asked for: %s",
                        suite, look->why.msg);
    if (look->failed)
        ifb_run_warn(run, "suite %s: %zu of %zu judgments cannot be asked for; the first: %s",
                     suite, look->failed, look->failed + look->asked, look->why.msg);
    if (look->asked && !look->from_file && run->inside->judges->nfile)
        ifb_run_warn(run, "suite %s: %.*s has no prompt called %.*s, ours is used", suite,
                     IFB_ARG(run->inside->o.judge.templates), IFB_ARG(look->wanted));
    return IFB_OK;
}

enum ifb_code ifb_judge_prompts_check(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    const struct ifb_judges *js = in->judges;
    ifb_str wanted = { NULL, 0 };
    bool used = false;
    enum ifb_code code = IFB_OK;

    for (size_t i = 0; i < js->nsets && !code; i++) {
        struct look look;

        if (js->sets[i]->calibrates)
            continue;
        look = look_at(in, js->sets[i]);
        used |= look.from_file;
        wanted = wanted.ptr ? wanted : look.wanted;
        code = check_set(run, js->sets[i], &look, err);
    }
    if (!code && js->nfile && !used && wanted.ptr)
        code = ifb_fail(err, IFB_EUSAGE, "%.*s: none of its prompts is one that these suites are "
                        "judged with, such as %.*s", IFB_ARG(in->o.judge.templates),
                        IFB_ARG(wanted));
    return code;
}
