/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A judged suite at work (ifbench/judged.h): what it is lent, its options, its rows.
 * Judgments come from files (judged.c) or from a run's own judges
 * (judging_numbers.c).
 */
#ifndef IFB_ENGINE_JUDGED_H
#define IFB_ENGINE_JUDGED_H

#include <ifbench/judged.h>
#include <ifbench/run.h>

#include "harness/base/buf.h"

struct ifb_judged_work {
    struct ifb_run *run;
    const char *name;                /* of the suite, in messages and in the manifest */
    const struct ifb_judged *suite;
    void *options, *state;
    struct ifb_judged_lent lent;
    struct ifb_buf rows;             /* lines of verdicts.jsonl, not yet taken */
    int64_t nrows;
    /* Optional: what is known of a row beside it: its model's spec and its sample's call. */
    void *self;
    void (*place)(void *self, const struct ifb_judged_row *row, ifb_str *model, int64_t *call,
                  int64_t *turns);
    char *(*file)(void *self, const char *name);  /* optional: what a file of the suite is called
                                                     in the folder */
};

/* Sets what is lent; `name`, `run` and the place must be set. */
void ifb_judged_lend(struct ifb_judged_work *w, bool rows);
void ifb_judged_close(struct ifb_judged_work *w);

/*
 * A struct of options with those of the run's settings that `fields` knows. With
 * `all` it must know every one: IFB_EUSAGE. `name` says whose.
 */
enum ifb_code ifb_settings_read(const struct ifb_run *run, const char *name,
                                const struct ifb_field *fields, size_t size, const void *defaults,
                                bool all, void **out, struct ifb_error *err);

/* Adds the numbers of `out` to the run's summary; new cells for models that have none. */
enum ifb_code ifb_judged_add(struct ifb_judged_work *w, const struct ifb_judged_out *out,
                             struct ifb_error *err);

/* Writes the suite's own files into the run's folder. */
enum ifb_code ifb_judged_files(struct ifb_judged_work *w, const struct ifb_judged_out *out,
                               struct ifb_error *err);

#endif
