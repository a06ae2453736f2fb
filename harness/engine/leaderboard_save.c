/* SPDX-License-Identifier: Apache-2.0 */
/* A leaderboard's folder: made, recognised, filled file by file, and cleared of what is old. */
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/engine/leaderboard.h"

#define SCHEMA "ifbench.leaderboard/1"
#define STORED_MAX ((size_t)512 << 20)

/* The leaderboard that is there; NULL when the folder is empty, an error when it is another's. */
static enum ifb_code find_stored(const char *folder, struct ifb_arena *arena,
                                 const struct ifb_json **out, struct ifb_error *err)
{
    const char *path = ifb_path_join(arena, folder, "leaderboard.json");
    struct ifb_error why = { 0 };
    ifb_str bytes;
    bool empty = false;
    enum ifb_code code = ifb_folder_is_empty(folder, &empty, err);

    *out = NULL;
    if (code || empty)
        return code;
    if (ifb_file_exists(path) && !ifb_file_read(path, STORED_MAX, arena, &bytes, &why) &&
        ifb_utf8_valid(bytes) == bytes.len &&
        !ifb_json_parse(arena, bytes, IFB_JSON_DUPLICATES, 1, out, &why) && *out &&
        ifb_str_is(ifb_json_str(*out, "schema"), SCHEMA))
        return IFB_OK;
    return ifb_fail(err, IFB_EINPUT, "%s is not empty and no leaderboard was made there; wanted an "
                    "empty folder or a new one", folder);
}

static bool is_page_of(const struct ifb_leaderboard *b, ifb_str file)
{
    for (size_t i = 0; i < b->npages; i++)
        if (ifb_str_eq(b->pages[i].file, file))
            return true;
    return false;
}

/* A name that only we give: never a path, whatever the stored file says. */
static bool is_ours(ifb_str file)
{
    if (!ifb_str_starts(file, IFB_STR("model-")) && !ifb_str_starts(file, IFB_STR("suite-")))
        return false;
    for (size_t i = 0; i < file.len; i++)
        if (file.ptr[i] == '/' || file.ptr[i] == '\0')
            return false;
    return ifb_str_ends(file, IFB_STR(".html")) || ifb_str_ends(file, IFB_STR(".svg")) ||
           ifb_str_ends(file, IFB_STR(".csv"));
}

static void remove_old(const struct ifb_leaderboard *b, const struct ifb_json *stored,
                       const char *folder, struct ifb_arena *arena)
{
    const struct ifb_json *files = ifb_json_get(stored, "files");

    if (!files || files->kind != IFB_JARRAY)
        return;
    for (const struct ifb_json *f = files->first; f; f = f->next)
        if (f->kind == IFB_JSTRING && is_ours(f->string) && !is_page_of(b, f->string))
            unlink(ifb_path_join(arena, folder, ifb_cstr(arena, f->string)));
}

static bool append(void *self, const char *bytes, size_t len)
{
    return ifb_out_add(self, bytes, len);
}

static enum ifb_code save_page(const struct ifb_leaderboard *b, const struct ifb_board_page *page,
                               const char *path, struct ifb_error *err)
{
    struct ifb_out *out;
    struct ifb_sink sink = { NULL, append };
    enum ifb_code code = ifb_out_open(path, &out, err);

    if (code)
        return code;
    sink.self = out;
    if (!ifb_leaderboard_write(b, page, &sink))
        code = ifb_fail(err, IFB_ELIMIT, "%s would be too large", path);
    if (!code)
        code = ifb_out_commit(out, false, err);
    ifb_out_close(out);
    return code;
}

/* leaderboard.json first, so that a folder half filled is known again; index.html last. */
enum ifb_code ifb_leaderboard_save(const struct ifb_leaderboard *b, const char *folder,
                                   struct ifb_error *err)
{
    struct ifb_arena *arena = ifb_arena_new();
    const struct ifb_json *stored = NULL;
    enum ifb_code code = ifb_make_dirs(folder, err);

    if (!code)
        code = find_stored(folder, arena, &stored, err);
    for (size_t i = b->npages; i-- > 0 && !code;)
        code = save_page(b, &b->pages[i],
                         ifb_path_join(arena, folder, ifb_cstr(arena, b->pages[i].file)), err);
    if (!code && stored)
        remove_old(b, stored, folder, arena);
    ifb_arena_close(arena);
    return code;
}
