/* SPDX-License-Identifier: Apache-2.0 */
/* Has gnuplot draw plots: one process for all, without a shell, bounded in time and bytes. */
#ifndef IFB_ENGINE_GNUPLOT_H
#define IFB_ENGINE_GNUPLOT_H

#include <signal.h>

#include <ifbench/plot.h>

#define IFB_GNUPLOT_SECONDS 60

/*
 * Which program draws: what IFBENCH_GNUPLOT says, else "gnuplot", found in PATH. It is one
 * word, no command line; "off" is none.
 */
const char *ifb_gnuplot_program(const char *(*env)(const char *));

/*
 * Sets the pictures of `plots`, in `arena`; on any failure their `why`, and no picture. `stop`
 * may be NULL; not 0: gives up.
 */
void ifb_gnuplot_draw(const char *program, struct ifb_plots *plots,
                      const volatile sig_atomic_t *stop, struct ifb_arena *arena);

#endif
