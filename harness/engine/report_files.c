/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of several files: their folder on disk, and how each cell was asked, from the manifest. */
#include <ifbench.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/str.h"
#include "harness/engine/dispatch.h"
#include "harness/engine/inside.h"
#include "harness/engine/variants.h"

struct place {
    const char *root;
    struct ifb_arena *arena;
    struct ifb_out *out;
};

static bool append_out(void *self, const char *bytes, size_t len)
{
    return ifb_out_add(self, bytes, len);
}

static enum ifb_code begin_file(void *self, ifb_str dir, ifb_str name, struct ifb_sink *out,
                                struct ifb_error *err)
{
    struct place *p = self;
    const char *folder = ifb_path_join(p->arena, p->root, ifb_cstr(p->arena, dir));
    enum ifb_code code = ifb_make_dirs(folder, err);

    if (!code)
        code = ifb_out_open(ifb_path_join(p->arena, folder, ifb_cstr(p->arena, name)), &p->out,
                            err);
    *out = (struct ifb_sink){ p->out, append_out };
    return code;
}

static enum ifb_code end_file(void *self, struct ifb_error *err)
{
    struct place *p = self;
    enum ifb_code code = ifb_out_commit(p->out, false, err);

    ifb_out_close(p->out);
    p->out = NULL;
    return code;
}

static const struct ifb_manifest_model *model_of(const struct ifb_manifest *m, ifb_str spec)
{
    for (size_t i = 0; i < m->nmodels; i++)
        if (ifb_str_eq(m->models[i].spec, spec))
            return &m->models[i];
    return NULL;
}

/* A variant's spec is what was given and the variant's label. */
static struct ifb_sampling wanted_of(const struct ifb_manifest *m,
                                     const struct ifb_variants *variants,
                                     const struct ifb_manifest_model *model)
{
    for (size_t i = 0; i < variants->n; i++) {
        const struct ifb_variant *v = &variants->at[i];

        if (model->spec.len == model->called.len + v->label.len &&
            ifb_str_ends(model->spec, v->label))
            return ifb_sampling_over(m->options.sampling, v->sampling);
    }
    return m->options.sampling;
}

/* Without its folders, which are of this machine. */
static ifb_str data_of(const struct ifb_manifest *m, ifb_str suite)
{
    for (size_t i = 0; i < m->nfiles; i++) {
        ifb_str path = m->files[i].path, part;

        if (!ifb_str_eq(m->files[i].suite, suite) || !path.ptr)
            continue;
        while (ifb_str_chop(&path, '/', &part))
            continue;
        return path;
    }
    return IFB_STR("");
}

static struct ifb_cell_setup setup_of(const struct ifb_manifest *m,
                                      const struct ifb_variants *variants,
                                      const struct ifb_cell_summary *cell)
{
    static const struct ifb_sampling unset = { -1, -1, -1, -1 };
    static const struct ifb_manifest_model unknown = {
        .provider = IFB_STR_INIT(""), .base_url = IFB_STR_INIT(""),
    };
    const struct ifb_manifest_model *model = model_of(m, cell->model);
    const struct ifb_suite *suite = ifb_suite_find(cell->suite);
    struct ifb_cell_setup s = {
        .data = data_of(m, cell->suite), .stop_at = m->options.stop_at,
        .system = m->options.system, .limit = m->options.limit, .epochs = m->options.epochs,
        .judged = !m->calls,
    };

    s.wanted = model ? wanted_of(m, variants, model) : unset;
    s.sampling = ifb_sampling_merge(s.wanted, suite ? &suite->preset : &unset);
    for (size_t i = 0; i < m->nasked; i++)
        if (ifb_str_eq(m->asked[i].suite, cell->suite) &&
            ifb_str_eq(m->asked[i].model, cell->model))
            s.sampling = m->asked[i].sampling;
    if (!model)
        model = &unknown;
    s.provider = model->provider;
    /* that of a file of answers is its path, which is of this machine */
    s.name = model->name.len && !ifb_str_is(model->provider, "replay") ? model->name : cell->model;
    s.base_url = model->base_url;
    return s;
}

/* Read back from the folder, so that a new run and a stored one give the same bytes. */
static enum ifb_code read_setups(const struct ifb_run *run, struct ifb_arena *arena,
                                 const struct ifb_cell_setup **out, struct ifb_error *err)
{
    struct ifb_cell_setup *at = ifb_new(arena, struct ifb_cell_setup, run->summary.ncells);
    struct ifb_manifest *m = ifb_new(arena, struct ifb_manifest, 1);
    struct ifb_variants variants;
    enum ifb_code code = ifb_manifest_read(ifb_path_join(arena, run->folder, "manifest.json"),
                                           arena, m, err);

    if (!code)
        code = ifb_variants_make(m->options.params, arena, &variants, err);
    if (code)
        return code;
    for (size_t i = 0; i < run->summary.ncells; i++)
        at[i] = setup_of(m, &variants, &run->summary.cells[i]);
    *out = at;
    return IFB_OK;
}

enum ifb_code ifb_run_report_files(struct ifb_run *run, const struct ifb_report *report,
                                   const char *folder, struct ifb_error *err)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct place place = { .root = folder, .arena = arena };
    struct ifb_folder to = { &place, begin_file, end_file };
    const struct ifb_cell_setup *setups;
    struct ifb_sample_reader *reader = NULL;
    struct ifb_samples samples;
    enum ifb_code code = read_setups(run, arena, &setups, err);

    if (!code)
        code = ifb_run_open_samples(run, &reader, &samples, err);
    if (!code)
        code = report->write_files(&run->summary, setups, &samples, &to, err);
    ifb_out_close(place.out);
    ifb_samples_close(reader);
    ifb_arena_close(arena);
    return code;
}
