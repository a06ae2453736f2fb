/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is to be known of all items before the first is asked, gathered while they
 * are read, as most of them may not stay in memory.
 */
#ifndef IFB_ENGINE_SURVEY_H
#define IFB_ENGINE_SURVEY_H

#include <ifbench/suite.h>

#define IFB_SURVEY_SAID 5   /* broken constraints that are told one by one */
#define IFB_SURVEY_KINDS 8  /* of constraints that nothing here can check */

/* Constraints of one kind that nothing here can check. */
struct ifb_unscored_kind {
    const char *suite;
    ifb_str id, why;
    size_t n;
};

/* Empty when zeroed, but for the arena, which holds its strings. */
struct ifb_survey {
    struct ifb_arena *arena;
    bool judged;                       /* judges will be asked */
    unsigned needs;                    /* enum ifb_need, or'ed */
    const char *fixed;                 /* a suite with items that require their temperature */
    ifb_str broken[IFB_SURVEY_SAID];   /* "SUITE, item ID: ..." */
    size_t nbroken;                    /* all of them */
    struct ifb_unscored_kind kinds[IFB_SURVEY_KINDS];
    size_t nkinds;
    bool more_kinds;                   /* the last of them stands for others too */
};

/* In the shape of struct ifb_suite_watch's `see`; `self` is a struct ifb_survey. */
void ifb_survey_see(void *self, const struct ifb_suite *suite, const struct ifb_item *item);

#endif
