/* SPDX-License-Identifier: Apache-2.0 */
/* What several judges say together. */
#include <ifbench/judging.h>

#include <math.h>

#include "harness/base/arena.h"
#include "scorers/judge/reliability.h"

bool ifb_judging_suspect(ifb_str answer)
{
    struct ifb_span at;

    return ifb_suspect(answer, &at) != 0;
}

bool ifb_judging_refuses(ifb_str answer)
{
    return ifb_refuses(answer);
}

size_t ifb_judging_most_alike(const ifb_str *texts, size_t n, struct ifb_arena *scratch)
{
    return ifb_most_alike(texts, n, scratch);
}

static enum ifb_shown shown(enum ifb_label label)
{
    switch (label) {
    case IFB_A_MUCH_BETTER:
    case IFB_A_BETTER: return IFB_SHOWN_FIRST;
    case IFB_B_BETTER:
    case IFB_B_MUCH_BETTER: return IFB_SHOWN_SECOND;
    case IFB_NO_DIFFERENCE: return IFB_SHOWN_TIE;
    case IFB_LABEL_NONE: break;
    }
    return IFB_SHOWN_NONE;
}

/* "Much better" where most of those who agree say so. */
static enum ifb_label label_of(const struct ifb_judgment *at, size_t n, enum ifb_shown won)
{
    size_t much = 0, all = 0;

    if (won == IFB_SHOWN_NONE || won == IFB_SHOWN_TIE)
        return won == IFB_SHOWN_TIE ? IFB_NO_DIFFERENCE : IFB_LABEL_NONE;
    for (size_t i = 0; i < n; i++) {
        all += shown(at[i].label) == won;
        much += shown(at[i].label) == won && (at[i].label == IFB_A_MUCH_BETTER ||
                                              at[i].label == IFB_B_MUCH_BETTER);
    }
    if (won == IFB_SHOWN_FIRST)
        return 2 * much > all ? IFB_A_MUCH_BETTER : IFB_A_BETTER;
    return 2 * much > all ? IFB_B_MUCH_BETTER : IFB_B_BETTER;
}

static enum ifb_said said_of(const struct ifb_judgment *at, size_t n, size_t question)
{
    size_t yes = 0, no = 0;

    for (size_t i = 0; i < n; i++) {
        enum ifb_said one = question < at[i].nsaid ? at[i].said[question] : IFB_SAID_NOTHING;

        yes += one == IFB_SAID_YES;
        no += one == IFB_SAID_NO;
    }
    return yes > no ? IFB_SAID_YES : no > yes ? IFB_SAID_NO : IFB_SAID_NOTHING;
}

static bool is_read(const struct ifb_judgment *j)
{
    return j->how == IFB_READ || j->how == IFB_READ_LOOSELY;
}

struct ifb_judgment ifb_judgment_jury(const struct ifb_judgment *at, size_t n,
                                      struct ifb_arena *arena)
{
    struct ifb_judgment out = ifb_judgment_none();
    double *ratings = ifb_new(arena, double, n);
    enum ifb_shown *verdicts = ifb_new(arena, enum ifb_shown, n);
    enum ifb_said *said;

    for (size_t i = 0; i < n; i++) {
        ratings[i] = is_read(&at[i]) ? at[i].rating : NAN;
        verdicts[i] = is_read(&at[i]) ? shown(at[i].label) : IFB_SHOWN_NONE;
        out.how = is_read(&at[i]) ? IFB_READ : out.how;
        out.nsaid = at[i].nsaid > out.nsaid ? at[i].nsaid : out.nsaid;
    }
    out.rating = ifb_jury_median(ratings, n);
    out.label = label_of(at, n, ifb_jury_majority(verdicts, n));
    said = ifb_new(arena, enum ifb_said, out.nsaid);
    for (size_t q = 0; q < out.nsaid; q++)
        said[q] = said_of(at, n, q);
    out.said = said;
    return out;
}
