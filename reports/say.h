/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers and outcomes in words, the same in every report meant for people.
 * Independent of the locale.
 */
#ifndef IFB_REPORTS_SAY_H
#define IFB_REPORTS_SAY_H

#include <ifbench/report.h>

#define IFB_SAY_SIZE 48

/* A number as text that travels by value. */
struct ifb_said {
    char text[IFB_SAY_SIZE];
};

/* With so many decimals; "n/a" for NaN. */
struct ifb_said ifb_say_real(double value, int decimals);

/* 0.7689 as "76.89"; hits of n the same way, "n/a" when n is 0. */
struct ifb_said ifb_say_percent(double value, int decimals);
struct ifb_said ifb_say_share(int64_t hits, int64_t n, int decimals);

/* 12345 as "12,345". */
struct ifb_said ifb_say_count(int64_t n);

/* "843 ms", "1.24 s"; "n/a" for NaN or a negative number. */
struct ifb_said ifb_say_ms(double ms);

/* "12.3 s", "4 min 05 s", "2 h 03 min". */
struct ifb_said ifb_say_seconds(double seconds);

/* "s" unless n is 1. */
const char *ifb_say_plural(int64_t n);

/* Of a sample or a constraint: "unscored", "fail", "pass", "error". */
const char *ifb_say_outcome(enum ifb_outcome outcome);

/* Whether metric `m` is a share that is shown in percent. */
bool ifb_is_proportion(const struct ifb_metric_value *m);

/* The same of a number `x` of that metric, from 0 to 1 for a chart; NaN when it is no share. */
double ifb_share_of(const struct ifb_metric_value *m, double x);

/* "416 / 541", or where there are no hits "20 of 127": what counts, of what there is. */
struct ifb_said ifb_say_hits(const struct ifb_metric_value *m, const char *slash);

/* What the metric says: "76.89 %" or the bare number. */
struct ifb_said ifb_say_metric(const struct ifb_metric_value *m);
/* The same without its unit, for tables of many. */
struct ifb_said ifb_say_part(const struct ifb_metric_value *m);

/* "73.2 to 80.3 %". */
struct ifb_said ifb_say_interval(const struct ifb_metric_value *m);

#endif
