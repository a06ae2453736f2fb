/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where data is: official files pulled by `ifbench data`, and the resources
 * that checks need. Loaded before the first call is made.
 */
#ifndef IFB_ENGINE_RESOURCES_H
#define IFB_ENGINE_RESOURCES_H

#include <ifbench/check.h>
#include <ifbench/types.h>

#include "harness/base/sha256.h"

#define IFB_PUNKT_FILE "punkt/upstream-english.json"
#define IFB_STOPWORDS_FILE "nltk/stopwords.zip"
#define IFB_SYLLABLES_FILE "syllapy/data.csv"
#define IFB_TAGGER_FILE "nltk/averaged_perceptron_tagger.zip"

/* A resource that comes in a file: what the manifest calls it, and where it was found. */
struct ifb_resource_file {
    unsigned need;     /* of enum ifb_need */
    const char *name;
    const char *path;  /* NULL: not there, or not asked for */
    char sha256[IFB_SHA256_HEX];  /* of the file, where it had to be known; else "" */
    int64_t bytes;
};

enum { IFB_RESOURCE_FILES = 7 };

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
 * The folder for what is made of resources to have it at once the next time: that
 * of the cache of answers; NULL where that is off or cannot be told.
 */
char *ifb_keep_dir(const char *(*env)(const char *), struct ifb_arena *arena);

/*
 * Loads what `needs` asks for, as far as it is there, into `arena`; `files` tells
 * what was found. For the sentence parameters, the first of them, the built-in
 * set stands in. IFB_EINPUT names a file that is not what it should be. Close
 * *out, also after a failure. `keep` is ifb_keep_dir's folder or NULL.
 */
enum ifb_code ifb_resources_load(unsigned needs, const char *const *dirs, const char *keep,
                                 struct ifb_arena *arena, struct ifb_resources *out,
                                 struct ifb_resource_file files[IFB_RESOURCE_FILES],
                                 struct ifb_error *err);

/* Releases what is no arena's; the rest lives as long as the arena. */
void ifb_resources_close(struct ifb_resources *res);

/*
 * Resources of IFB_NEEDS_PULLED that are loaded when they are first asked for, by
 * whichever thread does. `base` has the others; it, `dirs` and `keep` must outlive it.
 */
struct ifb_lazy;

struct ifb_lazy *ifb_lazy_new(const struct ifb_resources *base, const char *const *dirs,
                              const char *keep);

/*
 * What there is of `needs` is in *out, which stays valid and unchanged until
 * close; `lazy` NULL: *out NULL, there is nothing. Fails as ifb_resources_load
 * does, each time in the same way.
 */
enum ifb_code ifb_lazy_get(struct ifb_lazy *lazy, unsigned needs, const struct ifb_resources **out,
                           struct ifb_error *err);

void ifb_lazy_close(struct ifb_lazy *lazy);

#endif
