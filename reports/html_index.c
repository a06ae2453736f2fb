/* SPDX-License-Identifier: Apache-2.0 */
/* Which suites, models and instructions there are: rows name them by their places. */
#include "reports/html.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"

int ifb_html_place(const struct ifb_html_names *names, ifb_str name)
{
    for (size_t i = 0; i < names->n; i++)
        if (ifb_str_eq(names->at[i], name))
            return (int)i;
    return -1;
}

static void learn(struct ifb_html_names *names, ifb_str name, struct ifb_arena *arena)
{
    if (names->n == IFB_HTML_NAMES_MAX || ifb_html_place(names, name) >= 0)
        return;
    names->at = ifb_grow(arena, names->at, &names->cap, names->n + 1, sizeof(*names->at));
    names->at[names->n++] = ifb_str_copy(arena, name);
}

void ifb_html_learn(struct ifb_html_index *index, const struct ifb_sample *s)
{
    learn(&index->suites, s->suite, index->arena);
    learn(&index->models, s->model, index->arena);
    for (size_t i = 0; i < s->nchecks; i++)
        learn(&index->ids, s->checks[i].id, index->arena);
}

static void put_names(struct ifb_pen *p, const char *key, const struct ifb_html_names *names)
{
    ifb_pen_fmt(p, "\"%s\":[", key);
    for (size_t i = 0; i < names->n; i++) {
        ifb_pen_cstr(p, i ? "," : "");
        ifb_escape_island(p, names->at[i]);
    }
    ifb_pen_cstr(p, "]");
}

void ifb_html_put_names(struct ifb_pen *p, const struct ifb_html_index *index)
{
    put_names(p, "suites", &index->suites);
    ifb_pen_cstr(p, ",\n");
    put_names(p, "models", &index->models);
    ifb_pen_cstr(p, ",\n");
    put_names(p, "ids", &index->ids);
}
