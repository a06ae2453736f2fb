/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What providers that speak JSON over HTTP share: bodies with their ceiling and
 * --extra-body, headers, and the reading of replies and complaints. Pure.
 */
#ifndef IFB_PROVIDER_WIRE_H
#define IFB_PROVIDER_WIRE_H

#include <ifbench/provider.h>

#include "harness/base/json.h"

#define IFB_WIRE_MAX ((size_t)64 << 20)  /* of a request */
#define IFB_WIRE_NAME_MAX 256            /* of a model's name in a reply */

/* ---- requests ---- */

/* A body being written; `w` writes into it. */
struct ifb_wire {
    struct ifb_buf buf;
    struct ifb_jw w;
};

/* Opens the body's outermost object. */
void ifb_wire_begin(struct ifb_wire *wire);

/*
 * Closes it, merges the model's extra_body in (RFC 7396: a null removes a member)
 * and copies the body into `arena`. Fills *call with method, URL (base URL, `path`,
 * then the base URL's query) and the headers that every request has, the model's
 * own last: these win. IFB_ELIMIT when the body is too large, IFB_EUSAGE when
 * there are too many headers. What `call->left_out` holds stays.
 */
enum ifb_code ifb_wire_end(struct ifb_wire *wire, const struct ifb_model *model, const char *path,
                           const struct ifb_header *key, struct ifb_arena *arena,
                           struct ifb_http_call *call, struct ifb_error *err);

/* Notes that a setting was asked for and is not sent. */
void ifb_wire_leave_out(struct ifb_http_call *call, const char *what, struct ifb_arena *arena);

/* The header that brings the request's key; its name is NULL when there is none. */
struct ifb_header ifb_wire_key(const struct ifb_model *model, const struct ifb_request *request,
                               const char *name, const char *before, struct ifb_arena *arena);

/* An array of strings, such as stop sequences. */
void ifb_wire_strings(struct ifb_jw *w, const char *key, struct ifb_strs strs);

/* The settings of a request that are set, as an object; `tokens` is what max_tokens is called. */
void ifb_wire_settings(struct ifb_jw *w, const char *key, const struct ifb_request *r,
                       const char *tokens);

/* The system messages of a conversation, joined by empty lines; absent when there are none. */
ifb_str ifb_wire_system(const struct ifb_conversation *c, struct ifb_arena *arena);

/* ---- replies ---- */

/*
 * Reads a reply, repaired to UTF-8. IFB_EPROTO with what it is instead of JSON,
 * or with the error that it holds.
 */
enum ifb_code ifb_wire_read(ifb_str body, struct ifb_arena *arena, const struct ifb_json **out,
                            struct ifb_error *err);

/* Not NULL, null, false, "", {} or []. */
bool ifb_wire_is_there(const struct ifb_json *v);

/* The first line of the sentence at one of the places where servers put it; may be absent. */
ifb_str ifb_wire_sentence(const struct ifb_json *v);

/* `complaint` of the contract, for all. */
ifb_str ifb_wire_complaint(ifb_str body, struct ifb_arena *arena);

/* A count of tokens; -1 for what is none, or beyond IFB_TOKENS_MOST. */
int64_t ifb_wire_count(const struct ifb_json *usage, const char *key);

/* a + b where both are counts; the one that is when the other is -1. */
int64_t ifb_wire_sum(int64_t a, int64_t b);

/* A model's name as it may be kept; absent when the member is no string. */
ifb_str ifb_wire_name(const struct ifb_json *v, const char *key);

/* Adds a likely token to `out`, unless it is full or the members have other types. */
void ifb_wire_top(struct ifb_response *out, ifb_str token, const struct ifb_json *logprob);

#endif
