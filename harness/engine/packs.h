/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packs: the official data files that suites and checks read, each pinned to a
 * commit of its upstream repository and to its SHA-256. The table is compiled
 * in (packs_table.c), so nothing that a server says can name a file; a download
 * gets its name only after its size and hash were found right.
 */
#ifndef IFB_ENGINE_PACKS_H
#define IFB_ENGINE_PACKS_H

#include <ifbench/types.h>

#include "harness/base/sha256.h"
#include "harness/http/http.h"

/* Where the upstream layout is served: this, then OWNER/REPO/COMMIT/PATH. */
#define IFB_PACK_UPSTREAM "https://raw.githubusercontent.com"

struct ifb_pack {
    const char *id, *doc;
};

struct ifb_pack_file {
    const char *pack;      /* id */
    const char *upstream;  /* OWNER/REPO/COMMIT/PATH */
    const char *local;     /* below the data folder: the local layout */
    int64_t bytes;
    const char *licence;   /* of this file; a pack may mix */
    const char *sha256;    /* 64 lower-case hex digits */
};

/* Both end with a zero row; the files of a pack stand together. */
extern const struct ifb_pack ifb_packs[];
extern const struct ifb_pack_file ifb_pack_files[];

/* NULL when there is none; nearest: NULL when no id is near. */
const struct ifb_pack *ifb_pack_find(ifb_str id);
const char *ifb_pack_nearest(ifb_str id);

/* The files of a pack: the first after NULL; NULL after the last. */
const struct ifb_pack_file *ifb_pack_next(const struct ifb_pack *pack,
                                          const struct ifb_pack_file *previous);

/* The licences of a pack's files, each once: "CC-BY-NC-4.0; Apache-2.0". */
ifb_str ifb_pack_licence(const struct ifb_pack *pack, struct ifb_arena *arena);

/* "PREFIX/PATH", the path percent-encoded (RFC 3986; '/' stays), one slash between. */
char *ifb_pack_url(const char *prefix, const char *path, struct ifb_arena *arena);

/* ---- what is there ---- */

enum ifb_pack_state { IFB_PACK_PRESENT, IFB_PACK_MISSING, IFB_PACK_DAMAGED };

/* "present", "missing", "damaged". */
const char *ifb_pack_state_name(enum ifb_pack_state state);

struct ifb_pack_found {
    enum ifb_pack_state state;
    int64_t bytes;                /* -1 when missing or not a regular file */
    char sha256[IFB_SHA256_HEX];  /* "" unless the size is right and `hash` was asked */
};

/*
 * Looks at the file below `dir`: by its size alone, or with `hash` by its
 * content too. IFB_EIO when it is there but cannot be read.
 */
enum ifb_code ifb_pack_look(const struct ifb_pack_file *file, const char *dir, bool hash,
                            struct ifb_pack_found *out, struct ifb_error *err);

/* ---- pulling ---- */

struct ifb_pull {
    const char *dir;   /* the data folder; made when it is not there */
    const char *from;  /* NULL: upstream; a folder, or an http(s) URL, that holds the files
                          under the local layout or else under the upstream layout */
    const struct ifb_http_options *http;  /* may be NULL */
    void *self;
    void (*progress)(void *self, const struct ifb_pack_file *file, int64_t have);  /* may be NULL */
};

/* IFB_EUSAGE when `from` is neither a folder nor a URL to which a path can be added. */
enum ifb_code ifb_pull_check(const struct ifb_pull *pull, struct ifb_error *err);

/*
 * Fetches one file into its place, over whatever is there. It is written aside
 * as "FILE.part"; when such a one is there, the download goes on from its end
 * (or starts over when the server does not do ranges, or when the whole turns
 * out wrong). Never accepts a byte more than the table says.
 *   IFB_EINPUT  wrong size or hash, or not in the folder: nothing is left behind
 *   IFB_ENET    not reached, cut off, or an HTTP status (in err->http_status);
 *               what came is kept as "FILE.part" for the next time
 *   IFB_EIO     this machine's disk, or another process writes the same file
 * Other codes are those of ifb_http_fetch. Every message names the file.
 */
enum ifb_code ifb_pack_pull(const struct ifb_pull *pull, const struct ifb_pack_file *file,
                            struct ifb_arena *arena, struct ifb_error *err);

#endif
