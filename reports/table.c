/* SPDX-License-Identifier: Apache-2.0 */
/* All reports. Adding one: its row here, its recipe in CONTRIBUTING.md. */
#include <ifbench/report.h>

#include "harness/base/str.h"

extern const struct ifb_report ifb_report_term, ifb_report_json, ifb_report_csv, ifb_report_html,
    ifb_report_markdown, ifb_report_eval_strict, ifb_report_eval_loose,
    ifb_report_lm_eval, ifb_report_helm, ifb_report_plots;

static const struct ifb_report *const reports[] = {
    &ifb_report_term,     &ifb_report_json,        &ifb_report_csv,        &ifb_report_html,
    &ifb_report_markdown, &ifb_report_eval_strict, &ifb_report_eval_loose,
    &ifb_report_lm_eval,  &ifb_report_helm,        &ifb_report_plots,      NULL,
};

const struct ifb_report *ifb_report_find(ifb_str id)
{
    for (size_t i = 0; reports[i]; i++)
        if (ifb_str_is(id, reports[i]->id))
            return reports[i];
    return NULL;
}

const struct ifb_report *ifb_report_next(const struct ifb_report *previous)
{
    size_t i = 0;

    if (!previous)
        return reports[0];
    while (reports[i] && reports[i] != previous)
        i++;
    return reports[i] ? reports[i + 1] : NULL;
}
