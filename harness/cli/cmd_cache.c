/* SPDX-License-Identifier: Apache-2.0 */
/* `ifbench cache`: what is kept of earlier answers, and how to be rid of it. */
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/cli/command.h"
#include "harness/engine/cache.h"

#define DAY_MS (24.0 * 3600 * 1000)

struct flags {
    ifb_str cache;
    double older_than, max_mb;
    bool json;
};

static const struct ifb_field options[] = {
    IFB_FIELD(struct flags, cache, "cache", .kind = IFB_STRING, .value = "FILE",
              .doc = "the cache ($IFBENCH_CACHE, ~/.cache/ifbench/answers.db)"),
    IFB_FIELD(struct flags, older_than, "older_than", .kind = IFB_REAL, .value = "DAYS", .min = 0,
              .max = 1e5, .doc = "prune: answers that are older"),
    IFB_FIELD(struct flags, max_mb, "max_mb", .kind = IFB_REAL, .value = "N", .min = 0,
              .max = 1e9, .doc = "prune: the oldest, until N megabytes of answers are left"),
    IFB_FIELD(struct flags, json, "json", .kind = IFB_BOOL, .doc = "print JSON"),
    { 0 }
};

static const char *const more[] = {
    "Answers are kept under a digest of everything that decides them: provider, address,\n"
    "model, messages, sampling, seed and epoch. Failures are never kept. `run --no-cache`\n"
    "does without; answers that came from the cache are marked in the journal and counted.",
    NULL
};

static const struct ifb_example_line examples[] = {
    { "ifbench cache stats", "how much there is" },
    { "ifbench cache prune --older-than 30 --max-mb 500", "keep what is new and fits" },
    { "ifbench cache clear", "forget everything" },
    { 0 }
};

static void print_stats(const char *path, const struct ifb_cache_stats *s, bool json)
{
    char oldest[IFB_ISO_SIZE], newest[IFB_ISO_SIZE];
    struct ifb_buf buf;
    struct ifb_jw w;

    ifb_iso_time(s->oldest_ms, oldest);
    ifb_iso_time(s->newest_ms, newest);
    if (!json) {
        ifb_print("%s: %lld answers, %.1f MB of text in %.1f MB on disk\n", path,
                  (long long)s->answers, (double)s->text_bytes / 1e6, (double)s->file_bytes / 1e6);
        if (s->answers)
            ifb_print("from %s to %s\n", oldest, newest);
        return;
    }
    ifb_buf_init(&buf, 1 << 16);
    ifb_jw_open(&w, &buf);
    ifb_jw_object(&w, NULL);
    ifb_jw_cstr(&w, "path", path);
    ifb_jw_int(&w, "answers", s->answers);
    ifb_jw_int(&w, "text_bytes", s->text_bytes);
    ifb_jw_int(&w, "file_bytes", s->file_bytes);
    ifb_jw_cstr(&w, "oldest", s->answers ? oldest : NULL);
    ifb_jw_cstr(&w, "newest", s->answers ? newest : NULL);
    ifb_jw_end(&w);
    ifb_print("%.*s\n", (int)buf.len, buf.ptr);
    ifb_buf_close(&buf);
}

static enum ifb_code prune(struct ifb_cache *cache, const struct flags *f, bool all,
                           struct ifb_error *err)
{
    int64_t before = 0, most = -1, removed = 0;
    enum ifb_code code;

    if (all)
        before = INT64_MAX;
    else if (f->older_than >= 0)
        before = ifb_wall_ms() - (int64_t)(f->older_than * DAY_MS);
    if (f->max_mb >= 0)
        most = (int64_t)(f->max_mb * 1e6);
    code = ifb_cache_prune(cache, before, most, &removed, err);
    if (!code && f->json)
        ifb_print("{\"removed\":%lld}\n", (long long)removed);
    else if (!code)
        ifb_print("%lld answers removed\n", (long long)removed);
    return code;
}

static enum ifb_code act(struct ifb_cache *cache, const char *path, ifb_str verb,
                         const struct flags *f, struct ifb_error *err)
{
    struct ifb_cache_stats stats;
    enum ifb_code code;

    if (!ifb_str_is(verb, "stats"))
        return prune(cache, f, ifb_str_is(verb, "clear"), err);
    code = ifb_cache_stats(cache, &stats, err);
    if (!code)
        print_stats(path, &stats, f->json);
    return code;
}

static const char *read_env(const char *name)
{
    return getenv(name);
}

static enum ifb_code check_words(const struct ifb_strs *words, const struct flags *f,
                                 struct ifb_error *err)
{
    ifb_str verb = words->n ? words->at[0] : IFB_STR("");
    bool limits = f->older_than >= 0 || f->max_mb >= 0;

    if (words->n != 1 || !(ifb_str_is(verb, "stats") || ifb_str_is(verb, "prune") ||
                           ifb_str_is(verb, "clear")))
        return ifb_fail(err, IFB_EUSAGE, "cache wants stats, prune or clear");
    if (ifb_str_is(verb, "prune") != limits)
        return ifb_fail(err, IFB_EUSAGE, limits ? "--older-than and --max-mb go with prune"
                                                : "prune wants --older-than DAYS or --max-mb N");
    return IFB_OK;
}

static enum ifb_code cmd_cache(struct ifb_cli *cli, struct ifb_error *err)
{
    extern const struct ifb_command ifb_cmd_cache;
    struct flags f = { .older_than = -1, .max_mb = -1 };
    struct ifb_strs words;
    struct ifb_cache *cache = NULL;
    char *path;
    enum ifb_code code = ifb_options_read(cli, &ifb_cmd_cache, &f, &words, err);

    if (!code)
        code = check_words(&words, &f, err);
    if (code)
        return code;
    path = f.cache.ptr ? ifb_cstr(cli->arena, f.cache) : ifb_cache_path(read_env, cli->arena);
    if (!path)
        return ifb_fail(err, IFB_EUSAGE, "there is no cache: IFBENCH_CACHE is off, or HOME is not "
                        "set; name one with --cache FILE");
    if (!ifb_file_exists(path)) {
        ifb_print(f.json ? "{\"path\":null,\"answers\":0}\n" : "nothing is kept yet\n");
        return IFB_OK;
    }
    code = ifb_cache_open(path, &cache, err);
    if (!code)
        code = act(cache, path, words.at[0], &f, err);
    ifb_cache_close(cache);
    return code;
}

const struct ifb_command ifb_cmd_cache = {
    .name = "cache", .usage = "cache stats|prune|clear [OPTIONS]",
    .doc = "look at or empty the cache of answers", .more = more, .options = options,
    .examples = examples, .run = cmd_cache,
};
