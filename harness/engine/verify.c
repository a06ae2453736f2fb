/* SPDX-License-Identifier: Apache-2.0 */
/* `ifbench verify`: is a run folder what it claims to be? */
#include <stdio.h>

#include <ifbench/run.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/str.h"
#include "harness/engine/journal.h"
#include "harness/engine/manifest.h"

struct teller {
    void (*tell)(void *self, const char *line);
    void *self;
};

static void say(const struct teller *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void say(const struct teller *t, const char *fmt, ...)
{
    char line[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    t->tell(t->self, line);
}

/* The data a run was made with may have moved since: that is told, not held against it. */
static void check_data(const struct ifb_manifest *m, struct ifb_arena *arena,
                       const struct teller *t)
{
    for (size_t i = 0; i < m->nfiles; i++) {
        const struct ifb_data_file *f = &m->files[i];
        char sha[IFB_SHA256_HEX];
        int64_t bytes;
        const char *path = ifb_cstr(arena, f->path);

        if (!ifb_file_exists(path))
            say(t, "data %s: no longer there", path);
        else if (ifb_sha256_file(path, sha, &bytes, NULL) || strcmp(sha, f->sha256) != 0)
            say(t, "data %s: changed since the run", path);
        else
            say(t, "data %s: unchanged", path);
    }
}

static enum ifb_code check_verdicts(const char *path, int64_t samples, struct ifb_error *err)
{
    struct ifb_lines *lines;
    int64_t n = 0;
    bool more = true;
    ifb_str line;
    enum ifb_code code = ifb_lines_open(path, &lines, err);

    while (!code && more) {
        code = ifb_lines_next(lines, &line, &more, err);
        n += !code && more;
    }
    if (!code && n > samples)
        code = ifb_fail(err, IFB_EINPUT, "%s: %lld rows for %lld samples", path, (long long)n,
                        (long long)samples);
    ifb_lines_close(lines);
    return code;
}

static enum ifb_code check_journal(const char *path, const struct ifb_manifest *m,
                                   const struct teller *t, struct ifb_error *err)
{
    struct ifb_journal *j;
    char digest[IFB_SHA256_HEX];
    enum ifb_code code = ifb_journal_open(path, (size_t)m->calls, &j, err);

    if (code)
        return code;
    ifb_journal_digest(j, digest);
    say(t, "journal: %zu answers, %zu failures of %lld calls, sha256 %s", ifb_journal_answers(j),
        ifb_journal_failures(j), (long long)m->own, digest);
    if (ifb_journal_cut(j))
        code = ifb_fail(err, IFB_EINPUT, "%s: a torn record of %zu bytes at the end; `ifbench run "
                        "--resume` cuts it off", path, ifb_journal_cut(j));
    else if (!ifb_journal_ended(j))
        code = ifb_fail(err, IFB_EINPUT, "%s: the run is unfinished; go on with `ifbench run "
                        "--resume`", path);
    ifb_journal_close(j);
    return code;
}

enum ifb_code ifb_run_verify(const char *folder, void (*tell)(void *self, const char *line),
                             void *self, struct ifb_error *err)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct teller t = { tell, self };
    struct ifb_manifest m;
    char *verdicts = ifb_path_join(arena, folder, "verdicts.jsonl");
    enum ifb_code code =
        ifb_manifest_read(ifb_path_join(arena, folder, "manifest.json"), arena, &m, err);

    if (!code) {
        say(&t, "manifest: ifbench %.*s, started %.*s", IFB_ARG(m.version), IFB_ARG(m.started));
        check_data(&m, arena, &t);
        code = check_journal(ifb_path_join(arena, folder, "journal.jsonl"), &m, &t, err);
    }
    if (!code && ifb_file_exists(verdicts))
        code = check_verdicts(verdicts, m.samples, err);
    ifb_arena_close(arena);
    return code;
}
