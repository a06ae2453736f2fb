/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders of runs, which others may have made. 'm': two shards, merged; each is a manifest
 * before a NUL and a journal before a NUL, without its sums. 'l': one folder, a summary before
 * a NUL, verdicts, a manifest and the journal; it is loaded, verified, compared with itself.
 */
#include <ifbench/compare.h>
#include <ifbench/run.h>

#include <sys/stat.h>
#include <zlib.h>

#include "harness/base/arena.h"
#include "harness/base/file.h"
#include "harness/base/str.h"
#include "tests/fuzz/fuzz.h"

#define JOURNAL_MAX ((size_t)16 << 20)

static const char *none(const char *name)
{
    (void)name;
    return NULL;
}

static void ignore(void *self, const char *line)
{
    (void)self;
    (void)line;
}

/* The folder of the process. */
static const char *root_of(struct ifb_arena *arena)
{
    const char *path = fuzz_file(arena, "root", IFB_STR(""));

    return ifb_cstr(arena, ifb_str_part(ifb_str_of(path), 0,
                                        (size_t)(strrchr(path, '/') - path)));
}

static const char *make_folder(struct ifb_arena *arena, const char *name)
{
    const char *path = ifb_path_join(arena, root_of(arena), name);

    ifb_remove_tree(path);
    fuzz_demand(mkdir(path, 0700) == 0);
    return path;
}

static void write_to(struct ifb_arena *arena, const char *folder, const char *name, ifb_str bytes)
{
    fuzz_demand(!ifb_file_write(ifb_path_join(arena, folder, name), bytes, NULL));
}

/* Each line's closing brace gives way to the sum of what is before it. */
static ifb_str with_sums(ifb_str lines, struct ifb_arena *arena)
{
    struct ifb_buf buf;
    ifb_str line, made;

    ifb_buf_init(&buf, JOURNAL_MAX);
    while (ifb_str_chop(&lines, '\n', &line)) {
        uLong sum;

        line.len -= line.len && line.ptr[line.len - 1] == '}';
        sum = line.len ? crc32(0, (const Bytef *)line.ptr, (uInt)line.len) : 0;
        ifb_buf_str(&buf, line);
        ifb_buf_fmt(&buf, ",\"sum\":\"%08lx\"}\n", sum);
    }
    made = ifb_str_copy(arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return made;
}

static void merge(struct fuzz_in *in, struct ifb_arena *arena)
{
    const char *parts[] = { make_folder(arena, "one"), make_folder(arena, "two") };
    const ifb_str folders[] = { ifb_str_of(parts[0]), ifb_str_of(parts[1]) };
    const char *out = ifb_path_join(arena, root_of(arena), "whole");
    struct ifb_run_options o = { .threads = 0, .retries = -1, .missing = -1, .epochs = 1,
                                 .sampling = { -1, -1, -1, -1 }, .env = none, .warn = ignore };
    struct ifb_run *run = NULL;
    struct ifb_error err = { 0 };

    for (size_t i = 0; i < 2; i++) {
        write_to(arena, parts[i], "manifest.json", fuzz_until(in, 0, arena));
        write_to(arena, parts[i], "journal.jsonl", with_sums(fuzz_until(in, 0, arena), arena));
    }
    ifb_remove_tree(out);
    o.out = ifb_str_of(out);
    if (!ifb_run_merge((struct ifb_strs){ folders, 2 }, true, &o, &run, &err))
        fuzz_demand(ifb_file_exists(ifb_path_join(arena, out, "summary.json")));
    else
        fuzz_demand(err.msg[0] && !run && !ifb_file_exists(out));
    ifb_run_close(run);
    ifb_remove_tree(out);
    for (size_t i = 0; i < 2; i++)
        ifb_remove_tree(parts[i]);
}

static bool swallow(void *self, const char *bytes, size_t len)
{
    (void)self;
    (void)bytes;
    (void)len;
    return true;
}

static void compare(const char *folder, struct ifb_arena *arena)
{
    static const char *const ids[] = { "term", "markdown", "json" };
    const struct ifb_compare_options o = { .common = true };
    const struct ifb_sink sink = { NULL, swallow };
    struct ifb_comparison c;
    struct ifb_error err = { 0 };

    if (ifb_runs_compare(folder, folder, &o, arena, &c, &err))
        fuzz_demand(err.msg[0]);
    else
        for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
            ifb_compare_report_find(ifb_str_of(ids[i]))->write(&c, 1, 0, &sink);
}

static void load(struct fuzz_in *in, struct ifb_arena *arena)
{
    const char *folder = make_folder(arena, "one");
    struct ifb_run *run = NULL;
    struct ifb_error err = { 0 };

    write_to(arena, folder, "summary.json", fuzz_until(in, 0, arena));
    write_to(arena, folder, "verdicts.jsonl", fuzz_until(in, 0, arena));
    write_to(arena, folder, "manifest.json", fuzz_until(in, 0, arena));
    write_to(arena, folder, "journal.jsonl", with_sums(fuzz_rest(in, arena), arena));
    if (ifb_run_load(folder, &run, &err))
        fuzz_demand(err.msg[0]);
    else
        fuzz_demand(run != NULL);
    ifb_run_close(run);
    ifb_run_verify(folder, ignore, NULL, &err);
    compare(folder, arena);
    ifb_remove_tree(folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct fuzz_in in = { data, size };
    uint8_t kind = fuzz_byte(&in);

    if (kind == 'm')
        merge(&in, arena);
    else if (kind == 'l')
        load(&in, arena);
    ifb_arena_close(arena);
    return 0;
}
