/* SPDX-License-Identifier: Apache-2.0 */
/* The compiled form of a schema, shared by the files that make it and walk it. */
#ifndef IFB_SCORERS_SCHEMA_TREE_H
#define IFB_SCORERS_SCHEMA_TREE_H

#include "harness/base/buf.h"
#include "harness/base/decimal.h"
#include "scorers/schema.h"

struct ifb_regex;
struct ifb_json;

/* Bits of `types`; a whole number has both of the number bits. */
enum {
    IFB_TYPE_NULL = 1,
    IFB_TYPE_BOOLEAN = 2,
    IFB_TYPE_NUMBER = 4,
    IFB_TYPE_INTEGER = 8,
    IFB_TYPE_STRING = 16,
    IFB_TYPE_ARRAY = 32,
    IFB_TYPE_OBJECT = 64
};

/* A number of the schema; `spelt` is absent when the keyword is. */
struct ifb_bound {
    ifb_str spelt;
    struct ifb_decimal value;
};

/* A count of the schema, "minItems" and the like. */
struct ifb_quota {
    bool given;
    int64_t value;
};

struct ifb_nodes {
    struct ifb_schema_node **at;
    size_t n;
};

/* A name of `properties` or `required`, sorted by bytes. */
struct ifb_name {
    ifb_str key;
    struct ifb_schema_node *schema;  /* NULL: only required */
    bool required;
};

struct ifb_schema_node {
    const struct ifb_json *source;
    ifb_str pointer;  /* where it stands in the schema */
    bool never;       /* the schema `false` */
    unsigned types;   /* 0: any */
    const struct ifb_json *constant, *values;  /* const; the array of enum */
    struct ifb_bound minimum, maximum, above, below, multiple;
    struct ifb_quota min_length, max_length, min_items, max_items, min_members, max_members;
    struct ifb_regex *pattern;
    ifb_str pattern_source;
    bool unique;
    struct ifb_nodes prefix, all, any, one;
    struct ifb_schema_node *items, *additional, *negated, *ref;
    struct ifb_name *names;
    size_t nnames, nrequired;
    ifb_str ref_source;
    /* Bookkeeping of the loader. */
    struct ifb_schema_node *next, *chain, *parent;
    size_t cursor;
    char state;
};

#define IFB_SCHEMA_BUCKETS 1024

struct ifb_schema {
    struct ifb_schema_node *root, *first, *last;  /* all of them hang on `next` */
    struct ifb_schema_node *buckets[IFB_SCHEMA_BUCKETS];
    size_t n;
};

/* A way into a document, for its JSON pointer; the first place has no `up`. */
struct ifb_place {
    const struct ifb_place *up;
    ifb_str key;   /* of a member; at the first place what the pointer begins with */
    size_t index;  /* of an array's member, where `key` is absent */
};

/* Appends the pointer, cut at its front to its last hundred bytes or so. */
void ifb_place_print(const struct ifb_place *place, struct ifb_buf *out);

/* The name of types in words, "integer or null". */
void ifb_types_print(unsigned types, struct ifb_buf *out);

/* The bit of a type's name, 0 when there is none. */
unsigned ifb_type_bit(ifb_str name);

#endif
