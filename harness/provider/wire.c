/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies, headers and complaints: the parts in which all vendors' HTTP is alike. */
#include "harness/provider/wire.h"

#include <strings.h>

#include <ifbench.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

#define COMPLAINT_DEPTH 4

/* ---- requests ---- */

void ifb_wire_begin(struct ifb_wire *wire)
{
    ifb_buf_init(&wire->buf, IFB_WIRE_MAX);
    ifb_jw_open(&wire->w, &wire->buf);
    ifb_jw_object(&wire->w, NULL);
}

/* Sets a header; the one of that name that is there already gives way. */
static bool set_header(struct ifb_http_call *call, const struct ifb_header *h)
{
    size_t i = 0;

    while (i < call->nheaders &&
           (call->headers[i].name.len != h->name.len ||
            strncasecmp(call->headers[i].name.ptr, h->name.ptr, h->name.len) != 0))
        i++;
    if (i == IFB_HEADERS_MAX)
        return false;
    call->headers[i] = *h;
    if (i == call->nheaders)
        call->nheaders++;
    return true;
}

static enum ifb_code write_headers(const struct ifb_model *model, const struct ifb_header *key,
                                   struct ifb_http_call *call, struct ifb_error *err)
{
    static const struct ifb_header own[] = {
        { IFB_STR_INIT("Content-Type"), IFB_STR_INIT("application/json"), false },
        { IFB_STR_INIT("User-Agent"), IFB_STR_INIT("ifbench/" IFBENCH_VERSION), false },
    };
    bool fit = true;

    set_header(call, &own[0]);
    set_header(call, &own[1]);
    if (key && key->name.ptr)
        set_header(call, key);
    for (size_t i = 0; i < model->nextra && fit; i++)
        fit = set_header(call, &model->extra[i]);
    return fit ? IFB_OK : ifb_fail(err, IFB_EUSAGE, "more than %d headers", IFB_HEADERS_MAX);
}

/* The query of a base URL goes behind the path; a path may have one of its own. */
static ifb_str url_of(const struct ifb_model *model, const char *path, struct ifb_arena *arena)
{
    size_t mark = ifb_str_chr(model->base_url, '?', 0);
    size_t base = mark == SIZE_MAX ? model->base_url.len : mark;
    ifb_str query = ifb_str_from(model->base_url, base);

    if (query.len && strchr(path, '?'))
        return ifb_fmt(arena, "%.*s%s&%.*s", (int)base, model->base_url.ptr, path,
                       IFB_ARG(ifb_str_from(query, 1)));
    return ifb_fmt(arena, "%.*s%s%.*s", (int)base, model->base_url.ptr, path, IFB_ARG(query));
}

/* Our own JSON, parsed again, so that any member at any depth may be replaced. */
static void merge_extra(struct ifb_wire *wire, const struct ifb_json *extra,
                        struct ifb_arena *arena)
{
    ifb_str text = ifb_str_copy(arena, ifb_buf_view(&wire->buf));
    const struct ifb_json *body;

    if (wire->buf.full || ifb_json_parse(arena, text, 0, 1, &body, NULL))
        return;
    ifb_buf_clear(&wire->buf);
    ifb_jw_open(&wire->w, &wire->buf);
    ifb_jw_merged(&wire->w, NULL, body, extra);
}

enum ifb_code ifb_wire_end(struct ifb_wire *wire, const struct ifb_model *model, const char *path,
                           const struct ifb_header *key, struct ifb_arena *arena,
                           struct ifb_http_call *call, struct ifb_error *err)
{
    bool full;

    ifb_jw_end(&wire->w);
    if (model->extra_body)
        merge_extra(wire, model->extra_body, arena);
    call->method = "POST";
    call->body = ifb_str_copy(arena, ifb_buf_view(&wire->buf));
    call->url = url_of(model, path, arena);
    full = wire->buf.full;
    ifb_buf_close(&wire->buf);
    if (full)
        return ifb_fail(err, IFB_ELIMIT, "the request is larger than %zu MiB", IFB_WIRE_MAX >> 20);
    return write_headers(model, key, call, err);
}

void ifb_wire_leave_out(struct ifb_http_call *call, const char *what, struct ifb_arena *arena)
{
    call->left_out = call->left_out.len
                         ? ifb_fmt(arena, "%.*s, %s", IFB_ARG(call->left_out), what)
                         : ifb_str_of(what);
}

struct ifb_header ifb_wire_key(const struct ifb_model *model, const struct ifb_request *request,
                               const char *name, const char *before, struct ifb_arena *arena)
{
    ifb_str key = ifb_model_key(model, request->key);

    if (!key.len)
        return (struct ifb_header){ 0 };
    return (struct ifb_header){ ifb_str_of(name),
                                *before ? ifb_fmt(arena, "%s%.*s", before, IFB_ARG(key)) : key,
                                true };
}

void ifb_wire_strings(struct ifb_jw *w, const char *key, struct ifb_strs strs)
{
    ifb_jw_array(w, key);
    for (size_t i = 0; i < strs.n; i++)
        ifb_jw_str(w, NULL, strs.at[i]);
    ifb_jw_end(w);
}

void ifb_wire_settings(struct ifb_jw *w, const char *key, const struct ifb_request *r,
                       const char *tokens)
{
    const struct ifb_sampling *s = &r->sampling;

    ifb_jw_object(w, key);
    if (s->temperature >= 0)
        ifb_jw_real(w, "temperature", s->temperature);
    if (s->top_p >= 0)
        ifb_jw_real(w, "top_p", s->top_p);
    if (s->max_tokens >= 0)
        ifb_jw_int(w, tokens, s->max_tokens);
    if (s->seed >= 0)
        ifb_jw_int(w, "seed", s->seed);
    if (r->stop.n)
        ifb_wire_strings(w, "stop", r->stop);
    ifb_jw_end(w);
}

ifb_str ifb_wire_system(const struct ifb_conversation *c, struct ifb_arena *arena)
{
    ifb_str all = { NULL, 0 };

    for (size_t i = 0; i < c->n; i++) {
        if (c->at[i].role != IFB_SYSTEM)
            continue;
        all = all.ptr ? ifb_fmt(arena, "%.*s\n\n%.*s", IFB_ARG(all), IFB_ARG(c->at[i].text))
                      : c->at[i].text;
    }
    return all;
}

/* ---- replies ---- */

static ifb_str sentence_in(const struct ifb_json *v, int depth)
{
    static const char *const keys[] = { "error", "message", "detail", "msg", "description", NULL };
    ifb_str found = { NULL, 0 };

    if (!v || depth > COMPLAINT_DEPTH)
        return found;
    if (v->kind == IFB_JSTRING)
        return ifb_str_trim_ascii(v->string);
    if (v->kind == IFB_JARRAY)
        return sentence_in(v->first, depth + 1);
    for (size_t i = 0; keys[i] && !found.len; i++)
        found = sentence_in(ifb_json_get(v, keys[i]), depth + 1);
    return found;
}

static ifb_str first_line(ifb_str s)
{
    size_t end;

    s = ifb_str_trim_ascii(s);
    end = ifb_str_chr(s, '\n', 0);
    if (end != SIZE_MAX)
        s.len = end;
    return ifb_str_trim_ascii(ifb_utf8_cut(s, IFB_COMPLAINT_MAX));
}

ifb_str ifb_wire_sentence(const struct ifb_json *v)
{
    return first_line(sentence_in(v, 0));
}

ifb_str ifb_wire_complaint(ifb_str body, struct ifb_arena *arena)
{
    const struct ifb_json *v = NULL;
    ifb_str found;

    body = ifb_utf8_repair(arena, body);
    if (ifb_json_parse(arena, body, IFB_JSON_DUPLICATES, 1, &v, NULL) == IFB_OK)
        found = ifb_wire_sentence(v);
    else
        found = first_line(body);  /* a gateway's plain words, but not its web page */
    if (!found.len || (!v && (found.ptr[0] == '<' || found.ptr[0] == '{')))
        return (ifb_str){ NULL, 0 };
    return found;
}

/* `fault` is what the reader found. */
static enum ifb_code refuse_text(ifb_str body, const struct ifb_error *fault, struct ifb_error *err)
{
    ifb_str text = ifb_str_trim_ascii(body);

    if (!text.len)
        return ifb_fail(err, IFB_EPROTO, "the reply is empty, wanted JSON");
    if (text.ptr[0] == '<')
        return ifb_fail(err, IFB_EPROTO, "the reply is a web page, wanted JSON: is the path of the "
                        "address right?");
    if (text.ptr[0] == '{' || text.ptr[0] == '[')
        return ifb_fail(err, IFB_EPROTO, "the reply is broken JSON: %s", fault->msg);
    return ifb_fail(err, IFB_EPROTO, "the reply is not JSON: it begins with \"%.*s\"",
                    IFB_ARG(ifb_utf8_cut(text, 40)));
}

bool ifb_wire_is_there(const struct ifb_json *v)
{
    return v && (v->n || v->string.len || (v->kind == IFB_JBOOL && v->truth));
}

enum ifb_code ifb_wire_read(ifb_str body, struct ifb_arena *arena, const struct ifb_json **out,
                            struct ifb_error *err)
{
    struct ifb_error fault;
    ifb_str found;

    body = ifb_utf8_repair(arena, body);
    if (ifb_json_parse(arena, body, IFB_JSON_DUPLICATES, 1, out, &fault))
        return refuse_text(body, &fault, err);
    if (!ifb_wire_is_there(ifb_json_get(*out, "error")))
        return IFB_OK;
    found = ifb_wire_sentence(*out);
    return ifb_fail(err, IFB_EPROTO, "the reply is an error%s%.*s", found.len ? ": " : "",
                    IFB_ARG(found));
}

int64_t ifb_wire_count(const struct ifb_json *usage, const char *key)
{
    int64_t n = ifb_json_int(usage, key, -1);

    return n < 0 || n > IFB_TOKENS_MOST ? -1 : n;
}

int64_t ifb_wire_sum(int64_t a, int64_t b)
{
    if (a < 0 || b < 0)
        return a < 0 ? b : a;
    return a > INT64_MAX - b ? INT64_MAX : a + b;
}

ifb_str ifb_wire_name(const struct ifb_json *v, const char *key)
{
    return ifb_utf8_cut(ifb_json_str(v, key), IFB_WIRE_NAME_MAX);
}

void ifb_wire_top(struct ifb_response *out, ifb_str token, const struct ifb_json *logprob)
{
    if (out->ntop == IFB_TOP_MAX || !token.ptr || !logprob || logprob->kind != IFB_JNUMBER)
        return;
    out->top[out->ntop++] = (struct ifb_logprob){ ifb_utf8_cut(token, IFB_WIRE_NAME_MAX),
                                                  logprob->number };
}
