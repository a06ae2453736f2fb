/* SPDX-License-Identifier: Apache-2.0 */
/* The two halves of the page of a comparison. */
#ifndef IFB_REPORTS_COMPARE_PAGE_H
#define IFB_REPORTS_COMPARE_PAGE_H

#include "reports/compare.h"
#include "reports/html.h"

/* Everything above the samples: what was compared, how metrics changed, and of how many items. */
void ifb_compare_put_summary(struct ifb_pen *p, const struct ifb_comparison *c,
                             const struct ifb_html_index *index, struct ifb_arena *arena);

#endif
