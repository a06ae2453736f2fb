/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Merge Patch (RFC 7396), written out without building the merged tree. */
#include "harness/base/json.h"
#include "harness/base/str.h"

/* The last of several members of a name counts, as in ifb_json_get. */
static const struct ifb_json *find(const struct ifb_json *object, ifb_str key)
{
    const struct ifb_json *found = NULL;

    for (const struct ifb_json *m = object->first; m; m = m->next)
        if (ifb_str_eq(m->key, key))
            found = m;
    return found;
}

static void write_value(struct ifb_buf *out, const struct ifb_json *v)
{
    struct ifb_jw w;

    ifb_jw_open(&w, out);
    ifb_jw_value(&w, NULL, v);
}

static void write_key(struct ifb_buf *out, ifb_str key, bool *some)
{
    if (*some)
        ifb_buf_char(out, ',');
    *some = true;
    ifb_json_quote(out, key, false);
    ifb_buf_char(out, ':');
}

static void merge(struct ifb_buf *out, const struct ifb_json *target, const struct ifb_json *patch)
{
    bool some = false;

    if (patch->kind != IFB_JOBJECT) {
        write_value(out, patch);
        return;
    }
    if (target && target->kind != IFB_JOBJECT)
        target = NULL;
    ifb_buf_char(out, '{');
    for (const struct ifb_json *m = target ? target->first : NULL; m; m = m->next) {
        const struct ifb_json *over = find(patch, m->key);

        if ((over && over->kind == IFB_JNULL) || find(target, m->key) != m)
            continue;
        write_key(out, m->key, &some);
        if (over)
            merge(out, m, over);
        else
            write_value(out, m);
    }
    for (const struct ifb_json *m = patch->first; m; m = m->next) {
        if (m->kind == IFB_JNULL || find(patch, m->key) != m || (target && find(target, m->key)))
            continue;
        write_key(out, m->key, &some);
        merge(out, NULL, m);
    }
    ifb_buf_char(out, '}');
}

void ifb_jw_merged(struct ifb_jw *w, const char *key, const struct ifb_json *target,
                   const struct ifb_json *patch)
{
    ifb_jw_raw(w, key, IFB_STR(""));
    merge(w->out, target, patch);
}
