/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest.json: what was asked of whom, with which data and options. Enough to
 * resume or re-score a run from its folder alone. Holds no secret.
 */
#ifndef IFB_ENGINE_MANIFEST_H
#define IFB_ENGINE_MANIFEST_H

#include <ifbench/run.h>

#include "harness/base/sha256.h"

/* A shard that a run was put together from. */
struct ifb_manifest_part {
    ifb_str run;  /* name of its folder */
    int64_t index;
    char journal[IFB_SHA256_HEX];  /* of its bytes */
};

struct ifb_data_file {
    ifb_str suite;  /* or "punkt" */
    ifb_str path;
    char sha256[IFB_SHA256_HEX];
    int64_t bytes;
};

#define IFB_DATA_FILES_MAX 64

/* A model as the manifest tells it. */
struct ifb_manifest_model {
    ifb_str spec, given, called, provider, name, base_url;
};

/* The settings that a suite was asked of a model with: the user's, else the suite's preset. */
struct ifb_manifest_asked {
    ifb_str suite, model;
    struct ifb_sampling sampling;
};

struct ifb_manifest {
    ifb_str version, started, punkt, plan;
    int64_t calls, samples;
    int64_t own;                     /* calls of its samples: in a shard fewer than numbers */
    bool scored_only;                /* answers made elsewhere */
    struct ifb_run_options options;  /* what, judging; not how and where to */
    struct ifb_data_file files[IFB_DATA_FILES_MAX];
    size_t nfiles;
    const struct ifb_manifest_asked *asked;
    size_t nasked;
    const struct ifb_json *stored;   /* as read: the whole document */
    const struct ifb_manifest_part *parts;  /* not read back */
    size_t nparts;
    const struct ifb_manifest_model *models;  /* as read; writing takes them apart */
    size_t nmodels;
    int64_t tasks;                   /* of judges; 0: there are none */
    ifb_str templates, templates_version;  /* SHA-256 of what judges are asked with; version of
                                              the built-in texts, "" for those of a file */
};

/*
 * Writes it to `path`; `models` gives provider, name and base URL beside the spec; the
 * last `njudges` of them are judges.
 */
enum ifb_code ifb_manifest_write(const struct ifb_manifest *m, const struct ifb_model *models,
                                 size_t nmodels, size_t njudges, const char *path,
                                 struct ifb_error *err);

/* An object of the members that are set; `key` NULL within a list. Its writer is borrowed. */
struct ifb_jw;
void ifb_sampling_write(struct ifb_jw *w, const char *key, const struct ifb_sampling *s);

/* Reads it; strings live in `arena`. */
enum ifb_code ifb_manifest_read(const char *path, struct ifb_arena *arena, struct ifb_manifest *out,
                                struct ifb_error *err);

#endif
