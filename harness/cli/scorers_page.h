/* SPDX-License-Identifier: Apache-2.0 */
/* The checks as a page of Markdown (GitHub's tables), for `ifbench scorers --format markdown`. */
#ifndef IFB_CLI_SCORERS_PAGE_H
#define IFB_CLI_SCORERS_PAGE_H

#include <ifbench/check.h>

#include "reports/pen.h"

/* A section for one check: documentation, arguments, examples. */
void ifb_page_check(struct ifb_pen *p, const struct ifb_check *c);

/* A table of the units of text. */
void ifb_page_units(struct ifb_pen *p);

#endif
