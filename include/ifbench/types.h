/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vocabulary every room of ifbench shares: borrowed strings, error codes,
 * byte spans, conversations and declarative fields. Nothing here allocates.
 */
#ifndef IFBENCH_TYPES_H
#define IFBENCH_TYPES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Opaque here; declared in harness/base/arena.h and harness/base/json.h. */
struct ifb_arena;
struct ifb_json;

/*
 * A borrowed run of bytes, UTF-8 unless its owner says otherwise. It never
 * owns, need not end in NUL and may contain NUL. {NULL, 0} means absent where
 * a declaration says that absence is possible.
 */
typedef struct {
    const char *ptr;
    size_t len;
} ifb_str;

/* A view of a string literal (not of a pointer). */
#define IFB_STR(lit) ((ifb_str){ (lit), sizeof(lit) - 1 })
/* The same as an initialiser of static data. */
#define IFB_STR_INIT(lit) { (lit), sizeof(lit) - 1 }
/* printf: "%.*s" with IFB_ARG(s). */
#define IFB_ARG(s) (int)(s).len, (s).ptr

/* Several borrowed strings in a row. */
struct ifb_strs {
    const ifb_str *at;
    size_t n;
};

/*
 * One of `of` shares of a run's items, with all epochs, turns and models of an item;
 * `index` counts from 1. The items of all suites, counted through, are dealt out in
 * turn. `of` 0: the whole.
 */
struct ifb_shard {
    int64_t index, of;
};

/* Bytes [from, to) of the raw answer. */
struct ifb_span {
    uint32_t from, to;
};

/*
 * What can go wrong, few enough to act on. A message tells the rest.
 *   EUSAGE   the command line             EINPUT  a file or value handed to us
 *   EIO      this machine's disk          ENET    resolve, connect, reset, timeout
 *   EAUTH    401 or 403                   ELIMIT  429, a quota, a ceiling
 *   EPROTO   a reply that makes no sense  ECANCELED  stopped on request
 *   EGATE    a gate missed                EBUDGET a cap on cost that is reached
 *   EBUG     our own fault
 */
enum ifb_code {
    IFB_OK,
    IFB_EUSAGE,
    IFB_EINPUT,
    IFB_EIO,
    IFB_ENET,
    IFB_EAUTH,
    IFB_ELIMIT,
    IFB_EPROTO,
    IFB_ECANCELED,
    IFB_EGATE,
    IFB_EBUDGET,
    IFB_EBUG
};

/*
 * Filled by a fallible function whose last argument it is; untouched on
 * success. `msg` is one line, lower case, without a full stop.
 */
struct ifb_error {
    enum ifb_code code;
    int http_status;         /* 0 when no HTTP reply was involved */
    int64_t retry_after_ms;  /* what the server asked for, -1 when it did not */
    char msg[512];
};

/* Who speaks in a conversation. */
enum ifb_role { IFB_SYSTEM, IFB_USER, IFB_ASSISTANT };

/*
 * A picture that goes with a message: its media type ("image/png"), its bytes in
 * base64, and the SHA-256 of the bytes in hex. Made by ifb_image_load.
 */
struct ifb_image {
    ifb_str media, base64, sha256;
};

struct ifb_images {
    const struct ifb_image *at;
    size_t n;
};

struct ifb_message {
    enum ifb_role role;
    ifb_str text;
    const struct ifb_images *images;  /* NULL: none */
};

struct ifb_conversation {
    const struct ifb_message *at;
    size_t n;
};

/*
 * A field of a configuration struct, described once and read from check
 * arguments, provider settings, suite options, the command line and YAML.
 * The kind fixes the C type that `offset` points at.
 */
enum ifb_kind {
    IFB_BOOL,    /* bool */
    IFB_INT,     /* int64_t; a JSON number such as 3.0 is a whole number too */
    IFB_REAL,    /* double */
    IFB_STRING,  /* ifb_str */
    IFB_CHOICE,  /* int64_t: the index into `choices` */
    IFB_STRINGS, /* struct ifb_strs */
    IFB_TEXTS,   /* struct ifb_strs, written as one string or as an array of them */
    IFB_JSON     /* const struct ifb_json *: any value, interpreted by bind */
};

struct ifb_field {
    const char *name;  /* the key; on the command line --name with '_' as '-' */
    const char *doc;   /* one line, lower case, no full stop */
    size_t offset;
    enum ifb_kind kind;
    bool required;
    double min, max;             /* inclusive; both 0 means no range */
    const char *const *choices;  /* NULL-terminated, for IFB_CHOICE */
    const char *value;           /* command line: how help names the value */
    char letter;                 /* command line: short form, 0 for none */
};

#define IFB_FIELD(type, member, key, ...) \
    { .name = (key), .offset = offsetof(type, member), __VA_ARGS__ }

#endif
