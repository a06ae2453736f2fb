/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON, strict and hostile-proof (RFC 8259): NUL inside strings, lone
 * surrogates, duplicate keys, raw control characters, deep nesting and trailing
 * text are all told apart, which cJSON does not do, and every document that
 * ifbench reads may hold a model's text. Values live in an arena; nothing is
 * freed one by one. The writer appends to a buffer.
 */
#ifndef IFB_BASE_JSON_H
#define IFB_BASE_JSON_H

#include <ifbench/report.h>
#include <ifbench/types.h>

#include "harness/base/buf.h"

enum ifb_json_kind {
    IFB_JNULL,
    IFB_JBOOL,
    IFB_JNUMBER,
    IFB_JSTRING,
    IFB_JARRAY,
    IFB_JOBJECT
};

/*
 * A value. Members of an array or object hang on `first` through `next`, in
 * document order; members of an object have a `key`. All members may be read
 * freely; nothing may be changed.
 */
struct ifb_json {
    enum ifb_json_kind kind;
    bool truth;         /* IFB_JBOOL */
    bool whole;         /* IFB_JNUMBER: `integer` is exact (5, 5.0 and 5e0 alike) */
    unsigned line;      /* in the document, from 1 */
    uint32_t at;        /* of its first byte, in bytes from the document's start */
    double number;      /* IFB_JNUMBER; beyond double's range: infinite */
    int64_t integer;
    ifb_str string;     /* IFB_JSTRING: decoded; IFB_JNUMBER: as spelt */
    ifb_str key;
    size_t n;           /* members */
    const struct ifb_json *first, *next;
};

enum {
    IFB_JSON_DUPLICATES = 1,  /* accept duplicate keys (the last one wins in get) */
    IFB_JSON_PYTHON = 2       /* what Python's json.loads accepts: NaN, Infinity,
                                 duplicates; and refuses: integers of more than 4300 digits */
};

#define IFB_JSON_DEPTH 200         /* nesting that ordinary documents may have */
#define IFB_JSON_DEPTH_PYTHON 990  /* beyond it Python raises RecursionError */

/*
 * Parses the whole of `text`, which must be well-formed UTF-8; strings without
 * escapes point into it. A lone surrogate escape reads as U+FFFD.
 *   IFB_EINPUT  not JSON; the message has "line L: ...", L counted from `line`
 *   IFB_ELIMIT  nested too deeply
 */
enum ifb_code ifb_json_parse(struct ifb_arena *arena, ifb_str text, unsigned flags, unsigned line,
                             const struct ifb_json **out, struct ifb_error *err);

/*
 * The same for an array of objects of which little is wanted: of their members
 * only those of `wants` (ends with a zero row) are built, the others are checked
 * and left out. Of a string of which only the length is wanted, `integer` is the
 * number of its code points and `string` is absent.
 */
struct ifb_json_want {
    const char *key;
    bool length_only;
};

enum ifb_code ifb_json_parse_rows(struct ifb_arena *arena, ifb_str text, unsigned flags,
                                  unsigned line, const struct ifb_json_want *wants,
                                  const struct ifb_json **out, struct ifb_error *err);

/*
 * Only the verdict: IFB_OK, IFB_EINPUT or IFB_ELIMIT (nesting), building no
 * tree, and hence without looking for duplicate keys. Same flags.
 */
enum ifb_code ifb_json_check(ifb_str text, unsigned flags, struct ifb_error *err);

/*
 * The bytes of the value that begins at `value->at` in `text`, the document that
 * it was parsed from with the same flags. Of a document of 4 GiB or more: "".
 */
ifb_str ifb_json_source(ifb_str text, unsigned flags, const struct ifb_json *value);

/* A copy of `value` with its members and strings; it outlives the document. */
const struct ifb_json *ifb_json_copy(struct ifb_arena *arena, const struct ifb_json *value);

/* The member called `key`, or NULL; NULL also when `object` is no object or NULL. */
const struct ifb_json *ifb_json_get(const struct ifb_json *object, const char *key);

/* The i-th member, or NULL. */
const struct ifb_json *ifb_json_at(const struct ifb_json *array, size_t i);

/* The string of a member; absent when there is none or it is not a string. */
ifb_str ifb_json_str(const struct ifb_json *object, const char *key);

/* A whole number of a member, or `otherwise`. */
int64_t ifb_json_int(const struct ifb_json *object, const char *key, int64_t otherwise);

/* A number of a member, or `otherwise`. */
double ifb_json_real(const struct ifb_json *object, const char *key, double otherwise);

/* "null", "a boolean", "a number", "a string", "an array", "an object". */
const char *ifb_json_kind_name(enum ifb_json_kind kind);

/*
 * ---- making ----
 * A value of a kind without members; a member at the end of an array (absent key)
 * or object, where *tail, NULL at first, is the last one; the members of an object
 * by their keys in byte order, returning one that stands twice or NULL.
 */
struct ifb_json *ifb_json_new(struct ifb_arena *arena, enum ifb_json_kind kind, unsigned line);
void ifb_json_append(struct ifb_json *to, struct ifb_json **tail, ifb_str key,
                     struct ifb_json *value);
const struct ifb_json *ifb_json_sort(struct ifb_arena *arena, struct ifb_json *object);

/*
 * A deep copy that owes nothing to the document, with sorted keys and numbers
 * spelt in one way (5, 5.0 and 5e0 alike), so that equal values are written with
 * equal bytes. NULL with the error set: a key stands twice, or nested too deeply.
 */
struct ifb_json *ifb_json_canonical(struct ifb_arena *arena, const struct ifb_json *v,
                                    struct ifb_error *err);

/*
 * ---- writing ----
 * Commas and quotes are looked after:
 *
 *     struct ifb_jw w;
 *     ifb_jw_open(&w, &buf);
 *     ifb_jw_object(&w, NULL);
 *     ifb_jw_str(&w, "id", id);
 *     ifb_jw_array(&w, "tags");
 *     ifb_jw_str(&w, NULL, tag);
 *     ifb_jw_end(&w);
 *     ifb_jw_end(&w);
 *
 * `key` is NULL inside an array and at the top. Non-ASCII is written as UTF-8;
 * '"', '\\', C0 and C1 controls, DEL, U+2028 and U+2029 are escaped; `html` also
 * escapes '<', '>' and '&' as \u003c, for data islands in a page.
 */
#define IFB_JW_DEPTH 64
struct ifb_jw {
    struct ifb_buf *out;
    bool html;
    bool pretty;              /* two spaces a level */
    bool python;              /* as json.dumps(ensure_ascii=False): ", " and ": ", whole reals
                                 with ".0", only C0 controls, '"' and '\\' escaped */
    int depth;
    char kind[IFB_JW_DEPTH];  /* '{' or '[' */
    bool some[IFB_JW_DEPTH];
};

void ifb_jw_open(struct ifb_jw *w, struct ifb_buf *out);
void ifb_jw_object(struct ifb_jw *w, const char *key);
void ifb_jw_array(struct ifb_jw *w, const char *key);
void ifb_jw_end(struct ifb_jw *w);
void ifb_jw_str(struct ifb_jw *w, const char *key, ifb_str value);  /* absent: null */
void ifb_jw_cstr(struct ifb_jw *w, const char *key, const char *value);
void ifb_jw_int(struct ifb_jw *w, const char *key, int64_t value);
/* Shortest spelling that reads back equal; NaN and infinities are null. */
void ifb_jw_real(struct ifb_jw *w, const char *key, double value);
void ifb_jw_bool(struct ifb_jw *w, const char *key, bool value);
void ifb_jw_null(struct ifb_jw *w, const char *key);
/* The member "counts" of a summary, a baseline and a leaderboard, in samples. */
void ifb_jw_counts(struct ifb_jw *w, const struct ifb_counts *counts);
/* A value that is JSON already. */
void ifb_jw_raw(struct ifb_jw *w, const char *key, ifb_str json);
/* A parsed value, written compactly. */
void ifb_jw_value(struct ifb_jw *w, const char *key, const struct ifb_json *value);

/*
 * `target` with `patch` merged in (RFC 7396): objects member by member at every
 * depth, a null removes a member, anything else replaces it. `target` may be NULL.
 */
void ifb_jw_merged(struct ifb_jw *w, const char *key, const struct ifb_json *target,
                   const struct ifb_json *patch);

/* Appends `s` as a JSON string with its quotes. */
void ifb_json_quote(struct ifb_buf *out, ifb_str s, bool html);

/* The same as Python's json.dumps(s, ensure_ascii=False) does it. */
void ifb_json_quote_python(struct ifb_buf *out, ifb_str s);

#endif
