/* SPDX-License-Identifier: Apache-2.0 */
/* What OpenAI's chat completions and completions have in common. Pure. */
#ifndef IFB_PROVIDER_OPENAI_H
#define IFB_PROVIDER_OPENAI_H

#include <ifbench/provider.h>

#include "harness/base/json.h"

/* The header that brings the key: a bearer token, or Azure's api-key. */
struct ifb_header ifb_openai_key(const struct ifb_model *model, const struct ifb_request *request,
                                 struct ifb_arena *arena);

enum ifb_finish ifb_openai_finish(ifb_str reason);

/*
 * The request with temperature 0 and seed 0 where nobody set them: with the defaults of a server
 * that was started for the run, every run would differ.
 */
struct ifb_request ifb_openai_steady(const struct ifb_request *request);

/* Reads a reply up to its first choice; IFB_EPROTO when reply or choice is an error. */
enum ifb_code ifb_openai_choice(ifb_str body, struct ifb_arena *arena,
                                const struct ifb_json **reply, const struct ifb_json **choice,
                                struct ifb_error *err);

/* Names the member that the first choice lacks, with the sentence that the reply holds. */
enum ifb_code ifb_openai_lacks(const struct ifb_json *reply, const char *member,
                               struct ifb_error *err);

/* An empty response with the model's name, why it stopped, and what it used. */
struct ifb_response ifb_openai_response(const struct ifb_json *reply,
                                        const struct ifb_json *choice);

/* The likely first tokens: logprobs.content[0].top_logprobs. */
void ifb_openai_top(const struct ifb_json *choice, struct ifb_response *out);

struct ifb_stream_state;

/*
 * Reads an event of a stream up to its first choice (NULL: it has none) and takes
 * what is not text from it. *choice is NULL, too, at the end mark.
 */
enum ifb_code ifb_openai_chunk(struct ifb_stream_state *s, ifb_str data,
                               const struct ifb_json **choice, struct ifb_error *err);

#endif
