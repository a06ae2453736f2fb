/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/file.h"

/* A line that waits for the ones before it. */
struct line {
    char *at;
    size_t len;
};

/* One suite asked of one model: its lines in order, up to `next`. */
struct lane {
    uint32_t next, end;
    FILE *aside;  /* where they wait; NULL: they go straight to the file */
};

struct ifb_rows {
    const struct ifb_plan *plan;
    struct ifb_out *out;
    struct line *waiting;  /* one a sample */
    struct lane *lanes;    /* one a plan cell */
    struct ifb_buf behind; /* lines of no sample */
    char *path;
    int fault;             /* errno of an unnamed file */
};

#define BEHIND_MAX ((size_t)1 << 30)

static void *must(void *p)
{
    if (!p)
        ifb_out_of_memory();
    return p;
}

/* Unnamed from the start, so that a process that is killed leaves nothing. */
static FILE *open_aside(const char *path)
{
    char *name = must(malloc(strlen(path) + 8));
    FILE *f = NULL;
    int fd;

    strcpy(name, path);
    strcat(name, ".XXXXXX");
    fd = mkstemp(name);
    if (fd >= 0) {
        unlink(name);
        f = fdopen(fd, "w+b");
        if (!f)
            close(fd);
    }
    free(name);
    return f;
}

static enum ifb_code open_lanes(struct ifb_rows *r, struct ifb_error *err)
{
    for (size_t i = 0; i < r->plan->nasked; i++) {
        struct lane *lane = &r->lanes[i];

        lane->next = r->plan->cells[i].first;
        lane->end = lane->next + r->plan->cells[i].n;
        if (!i)
            continue;
        lane->aside = open_aside(r->path);
        if (!lane->aside)
            return ifb_fail(err, IFB_EIO, "cannot write beside %s: %s", r->path, strerror(errno));
    }
    return IFB_OK;
}

enum ifb_code ifb_rows_open(const char *path, const struct ifb_plan *plan, struct ifb_rows **out,
                            struct ifb_error *err)
{
    struct ifb_rows *r = must(calloc(1, sizeof(*r)));
    enum ifb_code code;

    r->plan = plan;
    ifb_buf_init(&r->behind, BEHIND_MAX);
    r->path = must(strdup(path));
    r->waiting = must(calloc(plan->nasked_samples + 1, sizeof(*r->waiting)));
    r->lanes = must(calloc(plan->nasked + 1, sizeof(*r->lanes)));
    code = ifb_out_open(path, &r->out, err);
    if (!code)
        code = open_lanes(r, err);
    if (code) {
        ifb_rows_close(r);
        return code;
    }
    *out = r;
    return IFB_OK;
}

static void write_line(struct ifb_rows *r, struct lane *lane, const char *at, size_t len)
{
    if (!lane->aside)
        ifb_out_add(r->out, at, len);
    else if (fwrite(at, 1, len, lane->aside) != len && !r->fault)
        r->fault = errno ? errno : EIO;
}

/* What comes next in the lane and is there; with `all`, gaps are passed over. */
static void drain(struct ifb_rows *r, struct lane *lane, bool all)
{
    for (; lane->next < lane->end; lane->next++) {
        struct line *line = &r->waiting[lane->next];

        if (!line->at && !all)
            break;
        if (line->at)
            write_line(r, lane, line->at, line->len);
        free(line->at);
        line->at = NULL;
    }
}

void ifb_rows_add(struct ifb_rows *r, uint32_t sample, ifb_str text)
{
    struct lane *lane = &r->lanes[r->plan->samples[sample].cell];
    struct line *line = &r->waiting[sample];

    if (sample == lane->next) {
        write_line(r, lane, text.ptr, text.len);
        lane->next++;
        drain(r, lane, false);
        return;
    }
    line->at = must(malloc(text.len + 1));
    memcpy(line->at, text.ptr, text.len);
    line->len = text.len;
}

static void append_aside(struct ifb_rows *r, FILE *aside)
{
    char bytes[1 << 14];
    size_t n;

    if (fflush(aside) != 0 || fseek(aside, 0, SEEK_SET) != 0) {
        r->fault = r->fault ? r->fault : errno;
        return;
    }
    while ((n = fread(bytes, 1, sizeof(bytes), aside)) > 0)
        ifb_out_add(r->out, bytes, n);
    if (ferror(aside) && !r->fault)
        r->fault = EIO;
}

void ifb_rows_append(struct ifb_rows *r, ifb_str lines)
{
    ifb_buf_str(&r->behind, lines);
}

enum ifb_code ifb_rows_end(struct ifb_rows *r, struct ifb_error *err)
{
    for (size_t i = 0; i < r->plan->nasked; i++) {
        drain(r, &r->lanes[i], true);
        if (r->lanes[i].aside)
            append_aside(r, r->lanes[i].aside);
    }
    if (r->behind.full)
        return ifb_fail(err, IFB_ELIMIT, "%s would be larger than 1 GiB", r->path);
    ifb_out_add(r->out, r->behind.ptr, r->behind.len);
    if (r->fault)
        return ifb_fail(err, IFB_EIO, "cannot write beside %s: %s", r->path, strerror(r->fault));
    return ifb_out_commit(r->out, false, err);
}

void ifb_rows_close(struct ifb_rows *r)
{
    if (!r)
        return;
    for (size_t i = 0; r->lanes && i < r->plan->nasked; i++)
        if (r->lanes[i].aside)
            fclose(r->lanes[i].aside);
    for (size_t i = 0; r->waiting && i < r->plan->nasked_samples; i++)
        free(r->waiting[i].at);
    ifb_out_close(r->out);
    ifb_buf_close(&r->behind);
    free(r->waiting);
    free(r->lanes);
    free(r->path);
    free(r);
}
