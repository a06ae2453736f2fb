/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/survey.h"

#include <ifbench/judging.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"

static void note_broken(struct ifb_survey *s, const struct ifb_suite *suite,
                        const struct ifb_item *item, const struct ifb_constraint *c)
{
    if (s->nbroken < IFB_SURVEY_SAID)
        s->broken[s->nbroken] =
            ifb_fmt(s->arena, "%s, item %.*s: %.*s cannot be checked, it will count as error: %.*s",
                    suite->id, IFB_ARG(item->id), IFB_ARG(c->id), IFB_ARG(c->broken));
    s->nbroken++;
}

/* What nothing here can check is said once a kind, not once an item. */
static void note_unscored(struct ifb_survey *s, const struct ifb_suite *suite,
                          const struct ifb_constraint *c, ifb_str why)
{
    for (size_t i = 0; i < s->nkinds; i++)
        if (s->kinds[i].suite == suite->id && ifb_str_eq(s->kinds[i].id, c->id) &&
            ifb_str_eq(s->kinds[i].why, why)) {
            s->kinds[i].n++;
            return;
        }
    s->more_kinds |= s->nkinds == IFB_SURVEY_KINDS;
    if (s->more_kinds)
        s->kinds[IFB_SURVEY_KINDS - 1].n++;
    else
        s->kinds[s->nkinds++] =
            (struct ifb_unscored_kind){ suite->id, ifb_str_copy(s->arena, c->id),
                                        ifb_str_copy(s->arena, why), 1 };
}

void ifb_survey_see(void *self, const struct ifb_suite *suite, const struct ifb_item *item)
{
    struct ifb_survey *s = self;

    if (item->preset_required)
        s->fixed = suite->id;
    for (size_t i = 0; i < item->nconstraints; i++) {
        const struct ifb_constraint *c = &item->constraints[i];

        s->needs |= c->needs;
        if (!c->check && !(s->judged && ifb_judging_find(ifb_str_of(suite->id))))
            note_unscored(s, suite, c, c->broken);
        else if (c->questions.n && !s->judged)
            note_unscored(s, suite, c, IFB_STR("needs a judge, --judge SPEC"));
        else if (c->check && c->broken.len)
            note_broken(s, suite, item, c);
    }
}
