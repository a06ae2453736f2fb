/* SPDX-License-Identifier: Apache-2.0 */
/* The pulled resources for tests: as many as are among the data. */
#ifndef IFB_TESTS_PULLED_H
#define IFB_TESTS_PULLED_H

#include <stdlib.h>

#include <ifbench/check.h>

#include "harness/base/arena.h"
#include "harness/base/file.h"

/* "NAME" below $IFBENCH_DATA or beside the source tree. */
static inline char *data_path(struct ifb_arena *arena, const char *name)
{
    const char *dir = getenv("IFBENCH_DATA");

    return ifb_path_join(arena, dir ? dir : "../shared/data", name);
}

static inline bool read_data(struct ifb_arena *arena, const char *name, ifb_str *bytes)
{
    struct ifb_error err;

    return ifb_file_read(data_path(arena, name), IFB_FILE_MAX, arena, bytes, &err) == IFB_OK;
}

/* Into `arena`; res->have tells which are there. A file that is there and does not load is not. */
static inline void load_pulled(struct ifb_arena *arena, struct ifb_resources *res)
{
    struct ifb_error err;
    ifb_str bytes;

    if (read_data(arena, "nltk/stopwords.zip", &bytes) &&
        !ifb_stopwords_load(bytes, arena, &res->stopwords, &err))
        res->have |= IFB_NEEDS_STOPWORDS;
    if (read_data(arena, "syllapy/data.csv", &bytes) &&
        !ifb_syllables_load(bytes, arena, &res->syllables, &err))
        res->have |= IFB_NEEDS_SYLLABLES;
    if (read_data(arena, "nltk/averaged_perceptron_tagger.zip", &bytes) &&
        !ifb_tagger_load(bytes, arena, &res->tagger, &err))
        res->have |= IFB_NEEDS_TAGGER;
}

/* True when the resources that `check` needs are there. */
static inline bool can_run(const struct ifb_check *check, const struct ifb_resources *res)
{
    return !(check->needs & IFB_NEEDS_PULLED & ~res->have);
}

#endif
