/* SPDX-License-Identifier: Apache-2.0 */
/* A folder in memory, for reports of several files. */
#ifndef TESTS_SHELF_H
#define TESTS_SHELF_H

#include "tests/unit/report_world.h"

#define FILES_MAX 24

struct shelf {
    struct ifb_arena *arena;
    struct {
        ifb_str path, text;
    } files[FILES_MAX];
    size_t n;
    struct ifb_buf open;
    bool is_open;
};

static enum ifb_code shelf_begin(void *self, ifb_str dir, ifb_str name, struct ifb_sink *out,
                                 struct ifb_error *err)
{
    struct shelf *s = self;

    (void)err;
    assert_false(s->is_open);
    assert_true(s->n < FILES_MAX);
    assert_true(dir.len && dir.len <= 200 && ifb_str_chr(dir, '/', 0) == SIZE_MAX);
    assert_true(name.len && name.len <= 200 && ifb_str_chr(name, '/', 0) == SIZE_MAX);
    assert_false(ifb_str_is(dir, "..") || ifb_str_is(name, ".") || ifb_str_is(name, ".."));
    s->files[s->n].path = ifb_fmt(s->arena, "%.*s/%.*s", IFB_ARG(dir), IFB_ARG(name));
    for (size_t i = 0; i < s->n; i++)
        assert_false(ifb_str_eq(s->files[i].path, s->files[s->n].path));
    ifb_buf_clear(&s->open);
    s->is_open = true;
    *out = (struct ifb_sink){ &s->open, world_collect };
    return IFB_OK;
}

static enum ifb_code shelf_end(void *self, struct ifb_error *err)
{
    struct shelf *s = self;

    (void)err;
    assert_true(s->is_open);
    s->is_open = false;
    s->files[s->n++].text = ifb_str_copy(s->arena, ifb_buf_view(&s->open));
    return IFB_OK;
}

static inline void shelf_open(struct shelf *s)
{
    memset(s, 0, sizeof(*s));
    s->arena = ifb_arena_new();
    ifb_buf_init(&s->open, (size_t)64 << 20);
}

static inline void shelf_close(struct shelf *s)
{
    ifb_buf_close(&s->open);
    ifb_arena_close(s->arena);
}

static inline ifb_str shelf_file(const struct shelf *s, const char *path)
{
    for (size_t i = 0; i < s->n; i++)
        if (ifb_str_is(s->files[i].path, path))
            return s->files[i].text;
    fail_msg("no file %s; the first is %.*s", path, IFB_ARG(s->files[0].path));
    return (ifb_str){ NULL, 0 };
}

#endif
