/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/record.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

static const char *const roles[] = { "system", "user", "assistant" };

/* Which pictures, not the pictures. */
static void write_images(struct ifb_jw *w, const struct ifb_images *images)
{
    ifb_jw_array(w, "images");
    for (size_t i = 0; i < images->n; i++) {
        ifb_jw_object(w, NULL);
        ifb_jw_str(w, "media", images->at[i].media);
        ifb_jw_str(w, "sha256", images->at[i].sha256);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

static void write_messages(struct ifb_jw *w, const struct ifb_conversation *c)
{
    ifb_jw_array(w, "messages");
    for (size_t i = 0; i < c->n; i++) {
        ifb_jw_object(w, NULL);
        ifb_jw_cstr(w, "role", roles[c->at[i].role]);
        ifb_jw_str(w, "content", c->at[i].text);
        if (c->at[i].images && c->at[i].images->n)
            write_images(w, c->at[i].images);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

static void write_top(struct ifb_jw *w, const struct ifb_response *r)
{
    ifb_jw_array(w, "top");
    for (size_t i = 0; i < r->ntop; i++) {
        ifb_jw_array(w, NULL);
        ifb_jw_str(w, NULL, r->top[i].token);
        ifb_jw_real(w, NULL, r->top[i].logprob);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

void ifb_response_write(struct ifb_jw *w, const struct ifb_response *r)
{
    ifb_jw_str(w, "text", r->text);
    if (r->reasoning.ptr)
        ifb_jw_str(w, "reasoning", r->reasoning);
    ifb_jw_cstr(w, "finish", ifb_finish_name(r->finish));
    if (r->model.ptr)
        ifb_jw_str(w, "served", r->model);
    if (r->tokens_in >= 0)
        ifb_jw_int(w, "in", r->tokens_in);
    if (r->tokens_out >= 0)
        ifb_jw_int(w, "out", r->tokens_out);
    if (r->ntop)
        write_top(w, r);
}

/* Milliseconds with their microseconds: a local server's first token takes less than one. */
static void write_pace(struct ifb_jw *w, const struct ifb_pace *pace)
{
    ifb_jw_real(w, "ttft_ms", (double)pace->first_us / 1e3);
    if (!pace->longest_us)
        return;
    ifb_jw_real(w, "itl_ms", round(pace->mean_us) / 1e3);
    ifb_jw_real(w, "itl_max_ms", (double)pace->longest_us / 1e3);
}

#define DAYS_MS 2e9  /* 23 days: no call takes longer */

static double read_us(const struct ifb_json *v, const char *key)
{
    return round(fmin(fmax(ifb_json_real(v, key, 0), 0), DAYS_MS) * 1e3);
}

static struct ifb_pace read_pace(const struct ifb_json *v)
{
    return (struct ifb_pace){ (int64_t)read_us(v, "ttft_ms"), read_us(v, "itl_ms"),
                              (int64_t)read_us(v, "itl_max_ms") };
}

void ifb_record_write(const struct ifb_call_record *r, struct ifb_buf *out)
{
    struct ifb_jw w;

    ifb_jw_open(&w, out);
    ifb_jw_object(&w, NULL);
    ifb_jw_cstr(&w, "t", r->answered ? "answer" : "error");
    ifb_jw_int(&w, "call", r->call);
    ifb_jw_str(&w, "suite", r->suite);
    ifb_jw_str(&w, "item", r->item);
    ifb_jw_str(&w, "model", r->model);
    if (r->epoch)
        ifb_jw_int(&w, "epoch", r->epoch);
    if (r->turn)
        ifb_jw_int(&w, "turn", r->turn);
    if (r->task.ptr)
        ifb_jw_str(&w, "task", r->task);
    write_messages(&w, &r->messages);
    if (r->answered) {
        ifb_response_write(&w, &r->response);
    } else {
        ifb_jw_str(&w, "error", r->error);
        if (r->http_status)
            ifb_jw_int(&w, "status", r->http_status);
    }
    if (r->latency_ms >= 0)
        ifb_jw_int(&w, "ms", r->latency_ms);
    if (r->pace.first_us)
        write_pace(&w, &r->pace);
    if (r->attempts > 1)
        ifb_jw_int(&w, "attempts", r->attempts);
    if (r->cached)
        ifb_jw_bool(&w, "cached", true);
}

static enum ifb_role role_of(ifb_str name)
{
    for (int i = 0; i < 3; i++)
        if (ifb_str_is(name, roles[i]))
            return (enum ifb_role)i;
    return IFB_USER;
}

static const struct ifb_images *read_images(const struct ifb_json *array, struct ifb_arena *arena)
{
    struct ifb_images *images;
    struct ifb_image *at;
    size_t i = 0;

    if (!array || array->kind != IFB_JARRAY || !array->n)
        return NULL;
    at = ifb_new(arena, struct ifb_image, array->n);
    images = ifb_new(arena, struct ifb_images, 1);
    for (const struct ifb_json *m = array->first; m; m = m->next, i++) {
        at[i].media = ifb_json_str(m, "media");
        at[i].sha256 = ifb_json_str(m, "sha256");
    }
    *images = (struct ifb_images){ at, array->n };
    return images;
}

static void read_top(const struct ifb_json *array, struct ifb_response *out)
{
    const struct ifb_json *m = array && array->kind == IFB_JARRAY ? array->first : NULL;

    for (; m && out->ntop < IFB_TOP_MAX; m = m->next) {
        const struct ifb_json *token = ifb_json_at(m, 0), *logprob = ifb_json_at(m, 1);

        if (token && token->kind == IFB_JSTRING && logprob && logprob->kind == IFB_JNUMBER)
            out->top[out->ntop++] = (struct ifb_logprob){ token->string, logprob->number };
    }
}

static struct ifb_conversation read_messages(const struct ifb_json *array, struct ifb_arena *arena)
{
    size_t n = array && array->kind == IFB_JARRAY ? array->n : 0, i = 0;
    struct ifb_message *at = ifb_new(arena, struct ifb_message, n);

    if (n)
        for (const struct ifb_json *m = array->first; m; m = m->next, i++) {
            at[i].role = role_of(ifb_json_str(m, "role"));
            at[i].text = ifb_json_str(m, "content");
            at[i].images = read_images(ifb_json_get(m, "images"), arena);
        }
    return (struct ifb_conversation){ at, n };
}

static enum ifb_finish finish_of(ifb_str name)
{
    for (int i = IFB_FINISH_UNKNOWN; i <= IFB_FINISH_OTHER; i++)
        if (ifb_str_is(name, ifb_finish_name((enum ifb_finish)i)))
            return (enum ifb_finish)i;
    return IFB_FINISH_UNKNOWN;
}

/* Journals and caches are files, which may be anybody's; -1 for what cannot be. */
static int64_t read_count(const struct ifb_json *v, const char *key, int64_t most)
{
    int64_t n = ifb_json_int(v, key, -1);

    return n < 0 || n > most ? -1 : n;
}

struct ifb_response ifb_response_read(const struct ifb_json *v)
{
    return (struct ifb_response){
        .text = ifb_json_str(v, "text"), .reasoning = ifb_json_str(v, "reasoning"),
        .model = ifb_json_str(v, "served"), .finish = finish_of(ifb_json_str(v, "finish")),
        .tokens_in = read_count(v, "in", IFB_TOKENS_MOST),
        .tokens_out = read_count(v, "out", IFB_TOKENS_MOST),
    };
}

enum ifb_code ifb_record_read(ifb_str line, struct ifb_arena *arena, struct ifb_call_record *out,
                              struct ifb_error *err)
{
    const struct ifb_json *v;
    /* Its checksum was verified: nobody has put a key in twice. */
    enum ifb_code code =
        ifb_json_parse(arena, ifb_utf8_repair(arena, line), IFB_JSON_DUPLICATES, 1, &v, err);

    if (code)
        return ifb_within(err, "a record of the journal");
    *out = (struct ifb_call_record){
        .call = (uint32_t)ifb_json_int(v, "call", 0),
        .answered = ifb_str_is(ifb_json_str(v, "t"), "answer"),
        .suite = ifb_json_str(v, "suite"), .item = ifb_json_str(v, "item"),
        .model = ifb_json_str(v, "model"),
        .epoch = (uint32_t)ifb_json_int(v, "epoch", 0),
        .turn = (uint16_t)ifb_json_int(v, "turn", 0),
        .task = ifb_json_str(v, "task"),
        .messages = read_messages(ifb_json_get(v, "messages"), arena),
        .response = ifb_response_read(v),
        .error = ifb_json_str(v, "error"),
        .http_status = (int)ifb_json_int(v, "status", 0),
        .latency_ms = read_count(v, "ms", (int64_t)DAYS_MS),
        .pace = read_pace(v),
        .attempts = (uint32_t)ifb_json_int(v, "attempts", 1),
        .cached = ifb_json_get(v, "cached") != NULL,
    };
    read_top(ifb_json_get(v, "top"), &out->response);
    return IFB_OK;
}
