/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replays files through a fuzz target without a fuzzer, one TAP line a file. Without
 * arguments those of tests/fuzz/corpus/NAME, NAME being what follows "replay_" in the
 * program's name.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/file.h"
#include "harness/base/str.h"
#include "tests/fuzz/fuzz.h"

#define INPUT_MAX ((size_t)64 << 20)

static unsigned count, failed;

/* The bytes in a block of exactly their length, as a fuzzer hands them out. */
static void replay(const char *path)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_error err;
    ifb_str bytes;

    count++;
    if (ifb_file_read(path, INPUT_MAX, arena, &bytes, &err)) {
        failed++;
        printf("not ok %u - %s: %s\n", count, path, err.msg);
    } else {
        bytes = fuzz_exact(arena, bytes);
        printf("# %s\n", path);
        fflush(stdout); /* a crash has its file above it */
        LLVMFuzzerTestOneInput((const uint8_t *)bytes.ptr, bytes.len);
        printf("ok %u - %s\n", count, path);
    }
    ifb_arena_close(arena);
}

static int is_shown(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

static void replay_folder(const char *path)
{
    struct dirent **at;
    int n = scandir(path, &at, is_shown, alphasort);

    for (int i = 0; i < n; i++) {
        struct ifb_arena *arena = ifb_arena_new();

        replay(ifb_path_join(arena, path, at[i]->d_name));
        ifb_arena_close(arena);
        free(at[i]);
    }
    if (n >= 0)
        free(at);
}

int main(int argc, char **argv)
{
    const char *name = strstr(argv[0], "replay_");
    char folder[256];

    snprintf(folder, sizeof(folder), "tests/fuzz/corpus/%s", name ? name + 7 : "");
    if (argc < 2)
        replay_folder(folder);
    for (int i = 1; i < argc; i++) {
        if (ifb_is_folder(argv[i]))
            replay_folder(argv[i]);
        else
            replay(argv[i]);
    }
    printf("1..%u\n", count);
    return failed || !count;
}
