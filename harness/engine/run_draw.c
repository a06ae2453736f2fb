/* SPDX-License-Identifier: Apache-2.0 */
/* The plots of a run, drawn before the reports that show them are written. */
#include "harness/base/arena.h"
#include "harness/engine/gnuplot.h"
#include "harness/engine/inside.h"

enum ifb_code ifb_run_draw(struct ifb_run *run, const char *(*env)(const char *),
                           struct ifb_error *err)
{
    struct ifb_plots *plots = ifb_new(run->arena, struct ifb_plots, 1);
    struct ifb_sample_reader *reader = NULL;
    struct ifb_samples samples;
    enum ifb_code code;

    if (run->summary.plots)
        return IFB_OK;
    code = ifb_run_open_samples(run, &reader, &samples, err);
    if (!code)
        code = ifb_plots_of_run(&run->summary, &samples, run->arena, plots, err);
    ifb_samples_close(reader);
    if (code)
        return code;
    ifb_gnuplot_draw(ifb_gnuplot_program(env), plots, run->inside->o.stop, run->arena);
    if (plots->why.len)
        ifb_run_warn(run, "plots are tables only: %.*s", IFB_ARG(plots->why));
    run->summary.plots = plots;
    return IFB_OK;
}
