/* SPDX-License-Identifier: Apache-2.0 */
/* The reports of comparisons; the table is in compare_json.c. */
#ifndef IFB_REPORTS_COMPARE_H
#define IFB_REPORTS_COMPARE_H

#include <ifbench/compare.h>

extern const struct ifb_compare_report ifb_compare_term, ifb_compare_markdown, ifb_compare_json,
    ifb_compare_html;

#endif
