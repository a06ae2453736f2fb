/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where data is: official files pulled by `ifbench data`, and the resources
 * that checks need. Loaded before the first call is made.
 */
#ifndef IFB_ENGINE_RESOURCES_H
#define IFB_ENGINE_RESOURCES_H

#include <ifbench/check.h>
#include <ifbench/types.h>

#define IFB_PUNKT_FILE "punkt/upstream-english.json"

/*
 * The folders that are searched for data, in order: `given` when it is not
 * absent (then no other), else $IFBENCH_DATA, else
 * $XDG_DATA_HOME/ifbench
 * or $HOME/.local/share/ifbench. In `arena`, ends with NULL.
 */
const char *const *ifb_data_dirs(ifb_str given, const char *(*env)(const char *),
                                 struct ifb_arena *arena);

/* The first of `dirs` that holds `file`, joined with it; NULL when none does. */
char *ifb_data_find(const char *const *dirs, const char *file, struct ifb_arena *arena);

/*
 * Loads what `needs` asks for and a data folder holds. *punkt_path is the file of
 * the sentence parameters, or NULL when the built-in set stands in. Close *out,
 * also after a failure.
 */
enum ifb_code ifb_resources_load(unsigned needs, const char *const *dirs, struct ifb_arena *arena,
                                 struct ifb_resources *out, const char **punkt_path,
                                 struct ifb_error *err);

/* The file in a data folder of one need (one bit), or NULL when it has none. */
const char *ifb_resource_file(unsigned need);

/* Releases what is no arena's; the rest lives as long as the arena. */
void ifb_resources_close(struct ifb_resources *res);

#endif
