/* SPDX-License-Identifier: Apache-2.0 */
/* `ifbench data`: lists, pulls and verifies the official data files. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/cli/command.h"
#include "harness/engine/packs.h"
#include "harness/engine/resources.h"

#define JSON_MAX ((size_t)4 << 20)

struct flags {
    bool all, json;
    ifb_str data_dir, from;
};

static const struct ifb_field options[] = {
    IFB_FIELD(struct flags, data_dir, "data_dir", .kind = IFB_STRING, .value = "DIR",
              .doc = "the data folder"),
    IFB_FIELD(struct flags, from, "from", .kind = IFB_STRING, .value = "DIR|URL",
              .doc = "pull: take the files from a folder or a mirror"),
    IFB_FIELD(struct flags, all, "all", .kind = IFB_BOOL, .doc = "pull: every pack"),
    IFB_FIELD(struct flags, json, "json", .kind = IFB_BOOL, .doc = "print JSON"),
    { 0 }
};

static const struct ifb_example_line examples[] = {
    { "ifbench data list", "the packs, their licences, and whether they are there" },
    { "ifbench data pull ifeval nlp", "fetch two of them" },
    { "ifbench data pull --all --from /media/mirror", "on a machine without a network" },
    { "ifbench data verify", "hash what is there" },
    { 0 }
};

/* One `ifbench data`. */
struct work {
    struct ifb_cli *cli;
    struct flags f;
    const struct ifb_pack **packs;
    size_t npacks, nfiles;
    bool named;       /* packs were named, not meant as all */
    const char *dir;  /* the data folder */
    struct ifb_buf buf;
    struct ifb_jw w;
    int percent;      /* last shown of the file that is being fetched */
};

static const char *read_env(const char *name)
{
    return getenv(name);
}

/* Where pull writes does not depend on IFBENCH_DATA, which may name a shared folder. */
static const char *read_env_to_write(const char *name)
{
    return strcmp(name, "IFBENCH_DATA") == 0 ? NULL : getenv(name);
}

static enum ifb_code choose_dir(struct work *k, const char *(*env)(const char *),
                                struct ifb_error *err)
{
    k->dir = ifb_data_dirs(k->f.data_dir, env, k->cli->arena)[0];
    if (!k->dir || !*k->dir)
        return ifb_fail(err, IFB_EUSAGE, "there is no data folder: give --data-dir DIR, or set "
                        "XDG_DATA_HOME or HOME");
    return IFB_OK;
}

static enum ifb_code fail_pack(ifb_str id, struct ifb_error *err)
{
    const char *near = ifb_pack_nearest(id);

    return ifb_fail(err, IFB_EINPUT, "unknown pack \"%.*s\"%s%s%s; `ifbench data list` lists them",
                    IFB_ARG(id), near ? ", did you mean \"" : "", near ? near : "",
                    near ? "\"?" : "");
}

static enum ifb_code choose_packs(struct work *k, struct ifb_strs ids, struct ifb_error *err)
{
    size_t n = ids.n;

    for (const struct ifb_pack *p = ifb_packs; !ids.n && p->id; p++)
        n++;
    k->packs = ifb_new(k->cli->arena, const struct ifb_pack *, n);
    for (size_t i = 0; i < n; i++) {
        k->packs[i] = ids.n ? ifb_pack_find(ids.at[i]) : &ifb_packs[i];
        if (!k->packs[i])
            return fail_pack(ids.at[i], err);
        for (const struct ifb_pack_file *f = NULL; (f = ifb_pack_next(k->packs[i], f));)
            k->nfiles++;
    }
    k->npacks = n;
    k->named = ids.n > 0;
    return IFB_OK;
}

/* "207111" as "202.3 KiB". */
static const char *size_text(int64_t bytes, char out[24])
{
    if (bytes < 1024)
        snprintf(out, 24, "%lld B", (long long)bytes);
    else if (bytes < 1 << 20)
        snprintf(out, 24, "%.1f KiB", (double)bytes / 1024);
    else
        snprintf(out, 24, "%.1f MiB", (double)bytes / (1 << 20));
    return out;
}

/* ---- JSON ---- */

static void open_json(struct work *k)
{
    ifb_buf_init(&k->buf, JSON_MAX);
    ifb_jw_open(&k->w, &k->buf);
    k->w.pretty = true;
    ifb_jw_object(&k->w, NULL);
    ifb_jw_cstr(&k->w, "data_dir", k->dir);
}

static void close_json(struct work *k)
{
    ifb_jw_end(&k->w);
    if (k->f.json) {
        ifb_print_str(ifb_buf_view(&k->buf));
        ifb_print("\n");
    }
    ifb_buf_close(&k->buf);
}

static void json_file(struct work *k, const struct ifb_pack_file *f, const char *state,
                      const struct ifb_pack_found *found)
{
    struct ifb_jw *w = &k->w;

    ifb_jw_object(w, NULL);
    ifb_jw_cstr(w, "file", f->local);
    ifb_jw_cstr(w, "pack", f->pack);
    ifb_jw_cstr(w, "state", state);
    ifb_jw_int(w, "bytes", f->bytes);
    ifb_jw_cstr(w, "sha256", f->sha256);
    if (found->state == IFB_PACK_DAMAGED) {
        ifb_jw_int(w, "found_bytes", found->bytes);
        ifb_jw_cstr(w, "found_sha256", found->sha256[0] ? found->sha256 : NULL);
    }
    ifb_jw_cstr(w, "licence", f->licence);
    ifb_jw_cstr(w, "url", ifb_pack_url(IFB_PACK_UPSTREAM, f->upstream, k->cli->arena));
    ifb_jw_end(w);
}

/* ---- list ---- */

/* A pack in sum. */
struct sum {
    size_t n, count[3];  /* by state */
    int64_t bytes;
};

static const char *sum_state(const struct sum *s)
{
    if (s->count[IFB_PACK_DAMAGED])
        return "damaged";
    if (s->count[IFB_PACK_MISSING] && s->count[IFB_PACK_PRESENT])
        return "incomplete";
    return s->count[IFB_PACK_PRESENT] ? "present" : "missing";
}

static enum ifb_code sum_pack(struct work *k, const struct ifb_pack *p, struct sum *s,
                              struct ifb_error *err)
{
    struct ifb_pack_found found;

    for (const struct ifb_pack_file *f = NULL; (f = ifb_pack_next(p, f));) {
        enum ifb_code code = ifb_pack_look(f, k->dir, false, &found, err);

        if (code)
            return code;
        s->n++;
        s->count[found.state]++;
        s->bytes += f->bytes;
        if (k->f.json)
            json_file(k, f, ifb_pack_state_name(found.state), &found);
    }
    return IFB_OK;
}

static enum ifb_code list_files(struct work *k, const struct ifb_pack *p, struct ifb_error *err)
{
    struct ifb_pack_found found;
    char size[24];

    ifb_print("%s: %s\n", p->id, p->doc);
    for (const struct ifb_pack_file *f = NULL; (f = ifb_pack_next(p, f));) {
        enum ifb_code code = ifb_pack_look(f, k->dir, false, &found, err);

        if (code)
            return code;
        ifb_print("  %s\n    %s, %s, %s\n    from %s\n", f->local,
                  ifb_pack_state_name(found.state), size_text(f->bytes, size), f->licence,
                  f->upstream);
    }
    return IFB_OK;
}

static enum ifb_code list_pack(struct work *k, const struct ifb_pack *p, struct ifb_error *err)
{
    ifb_str licence = ifb_pack_licence(p, k->cli->arena);
    struct sum s = { 0 };
    enum ifb_code code;
    char size[24];

    if (k->named && !k->f.json)
        return list_files(k, p, err);
    ifb_jw_object(&k->w, NULL);
    ifb_jw_cstr(&k->w, "id", p->id);
    ifb_jw_cstr(&k->w, "doc", p->doc);
    ifb_jw_str(&k->w, "licence", licence);
    ifb_jw_array(&k->w, "files");
    code = sum_pack(k, p, &s, err);
    ifb_jw_end(&k->w);
    ifb_jw_int(&k->w, "bytes", s.bytes);
    ifb_jw_cstr(&k->w, "state", sum_state(&s));
    ifb_jw_end(&k->w);
    if (!code && !k->f.json)
        ifb_print("%-15s %5zu  %10s  %-10s  %.*s\n", p->id, s.n, size_text(s.bytes, size),
                  sum_state(&s), IFB_ARG(licence));
    return code;
}

static enum ifb_code run_list(struct work *k, struct ifb_error *err)
{
    enum ifb_code code = choose_dir(k, read_env, err);

    if (code)
        return code;
    open_json(k);
    ifb_jw_array(&k->w, "packs");
    if (!k->f.json && !k->named)
        ifb_print("%-15s %5s  %10s  %-10s  %s\n", "pack", "files", "size", "state", "licence");
    for (size_t i = 0; i < k->npacks && !code; i++)
        code = list_pack(k, k->packs[i], err);
    ifb_jw_end(&k->w);
    if (!k->f.json && !code) {
        ifb_print("in ");
        ifb_print_safe(ifb_str_of(k->dir));
        ifb_print("\n");
    }
    close_json(k);
    return code;
}

/* ---- verify ---- */

static void print_verified(const struct ifb_pack_file *f, const struct ifb_pack_found *found)
{
    ifb_print("%-8s %s", ifb_pack_state_name(found->state), f->local);
    if (found->state == IFB_PACK_DAMAGED && found->sha256[0])
        ifb_print(": its SHA-256 is %s, expected was %s", found->sha256, f->sha256);
    else if (found->state == IFB_PACK_DAMAGED && found->bytes >= 0)
        ifb_print(": it has %lld bytes, expected were %lld", (long long)found->bytes,
                  (long long)f->bytes);
    else if (found->state == IFB_PACK_DAMAGED)
        ifb_print(": it is not a regular file");
    ifb_print("\n");
}

static enum ifb_code verify_pack(struct work *k, const struct ifb_pack *p, size_t count[3],
                                 struct ifb_error *err)
{
    struct ifb_pack_found found;

    for (const struct ifb_pack_file *f = NULL; (f = ifb_pack_next(p, f));) {
        enum ifb_code code = ifb_pack_look(f, k->dir, true, &found, err);

        if (code)
            return code;
        count[found.state]++;
        if (k->f.json)
            json_file(k, f, ifb_pack_state_name(found.state), &found);
        else
            print_verified(f, &found);
    }
    return IFB_OK;
}

static enum ifb_code run_verify(struct work *k, struct ifb_error *err)
{
    size_t count[3] = { 0 };
    enum ifb_code code = choose_dir(k, read_env, err);

    if (code)
        return code;
    open_json(k);
    ifb_jw_array(&k->w, "files");
    for (size_t i = 0; i < k->npacks && !code; i++)
        code = verify_pack(k, k->packs[i], count, err);
    ifb_jw_end(&k->w);
    close_json(k);
    if (code)
        return code;
    if (count[IFB_PACK_DAMAGED])
        return ifb_fail(err, IFB_EINPUT, "%zu of %zu files in %s damaged; `ifbench data pull` "
                        "fetches them again", count[IFB_PACK_DAMAGED], k->nfiles, k->dir);
    if (count[IFB_PACK_MISSING] && k->named)
        return ifb_fail(err, IFB_EINPUT, "%zu of %zu files missing in %s",
                        count[IFB_PACK_MISSING], k->nfiles, k->dir);
    return IFB_OK;
}

/* ---- pull ---- */

static void show_progress(void *self, const struct ifb_pack_file *f, int64_t have)
{
    struct work *k = self;
    int percent = (int)(have * 100 / f->bytes);

    if (percent == k->percent || !isatty(STDERR_FILENO))
        return;
    k->percent = percent;
    fprintf(stderr, "\r%s %3d %%\033[K", f->local, percent);
}

static enum ifb_code pull_file(struct work *k, const struct ifb_pull *pull,
                               const struct ifb_pack_file *f, struct ifb_error *err)
{
    bool terminal = isatty(STDERR_FILENO);
    enum ifb_code code;
    char size[24];

    k->percent = -1;
    if (terminal)
        show_progress(k, f, 0);
    else
        ifb_note("fetching %s (%s)", f->local, size_text(f->bytes, size));
    code = ifb_pack_pull(pull, f, k->cli->arena, err);
    if (terminal)
        fputs("\r\033[K", stderr);
    return code;
}

static void tell_pulled(struct work *k, const struct ifb_pack_file *f, const char *state,
                        const struct ifb_pack_found *found)
{
    if (k->f.json)
        json_file(k, f, state, found);
    else
        ifb_print("%-8s %s\n", state, f->local);
}

/* The next file may still come through: this fault was the file's own. */
static bool may_go_on(const struct ifb_error *err)
{
    return err->code == IFB_EINPUT || err->http_status;
}

/* How a pull goes. */
struct pulling {
    struct ifb_pull pull;
    size_t failed;
    enum ifb_code first;  /* fault */
    bool told;            /* the licence of this pack */
};

static enum ifb_code pull_one(struct work *k, struct pulling *g, const struct ifb_pack *p,
                              const struct ifb_pack_file *f, struct ifb_error *err)
{
    struct ifb_pack_found found;
    enum ifb_code code = ifb_pack_look(f, k->dir, true, &found, err);

    if (code)
        return code;
    if (found.state == IFB_PACK_PRESENT) {
        tell_pulled(k, f, "present", &found);
        return IFB_OK;
    }
    if (!g->told)
        ifb_note("pack %s, licence: %.*s", p->id, IFB_ARG(ifb_pack_licence(p, k->cli->arena)));
    g->told = true;
    code = pull_file(k, &g->pull, f, err);
    if (!code)
        found.state = IFB_PACK_PRESENT;
    tell_pulled(k, f, code ? "failed" : "fetched", &found);
    if (!code || k->nfiles == 1 || !may_go_on(err))
        return code;
    ifb_note("%s", err->msg);
    g->first = g->failed++ ? g->first : code;
    return IFB_OK;
}

static enum ifb_code pull_packs(struct work *k, struct ifb_error *err)
{
    struct pulling g = { .pull = { .dir = k->dir, .self = k, .progress = show_progress } };
    enum ifb_code code;

    if (k->f.from.ptr)
        g.pull.from = ifb_cstr(k->cli->arena, k->f.from);
    code = ifb_pull_check(&g.pull, err);
    for (size_t i = 0; i < k->npacks && !code; i++) {
        g.told = false;
        for (const struct ifb_pack_file *f = NULL;
             !code && (f = ifb_pack_next(k->packs[i], f));)
            code = pull_one(k, &g, k->packs[i], f, err);
    }
    if (!code && g.failed)
        code = ifb_fail(err, g.first, "%zu of %zu files could not be fetched", g.failed,
                        k->nfiles);
    return code;
}

/* Elsewhere than where runs will look: say so, or the next run is a riddle. */
static void warn_elsewhere(const struct work *k)
{
    const char *set = getenv("IFBENCH_DATA");

    if (!k->f.data_dir.ptr && set && *set && strcmp(set, k->dir) != 0)
        ifb_note("warning: the files are in %s, but runs look in IFBENCH_DATA, %s; give "
                 "--data-dir to write there", k->dir, set);
}

static enum ifb_code run_pull(struct work *k, struct ifb_error *err)
{
    enum ifb_code code = choose_dir(k, read_env_to_write, err);

    if (code)
        return code;
    if (k->named == k->f.all)
        return ifb_fail(err, IFB_EUSAGE, "data pull wants the names of packs, or --all; "
                        "`ifbench data list` lists them");
    signal(SIGPIPE, SIG_IGN);
    open_json(k);
    ifb_jw_array(&k->w, "files");
    code = pull_packs(k, err);
    ifb_jw_end(&k->w);
    close_json(k);
    if (!code)
        warn_elsewhere(k);
    return code;
}

/* ---- the command ---- */

static const struct action {
    const char *name;
    bool pulls;
    enum ifb_code (*run)(struct work *k, struct ifb_error *err);
} actions[] = {
    { "list", false, run_list },
    { "pull", true, run_pull },
    { "verify", false, run_verify },
};

static const struct action *find_action(ifb_str name)
{
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
        if (ifb_str_is(name, actions[i].name))
            return &actions[i];
    return NULL;
}

static enum ifb_code cmd_data(struct ifb_cli *cli, struct ifb_error *err)
{
    extern const struct ifb_command ifb_cmd_data;
    struct work k = { .cli = cli };
    const struct action *a;
    struct ifb_strs words;
    enum ifb_code code = ifb_options_read(cli, &ifb_cmd_data, &k.f, &words, err);

    if (code)
        return code;
    if (!words.n)
        return ifb_fail(err, IFB_EUSAGE, "data wants to be told what: list, pull or verify");
    a = find_action(words.at[0]);
    if (!a)
        return ifb_fail(err, IFB_EUSAGE, "data does list, pull or verify, not \"%.*s\"",
                        IFB_ARG(words.at[0]));
    if (!a->pulls && (k.f.from.ptr || k.f.all))
        return ifb_fail(err, IFB_EUSAGE, "--%s goes with data pull", k.f.all ? "all" : "from");
    code = choose_packs(&k, (struct ifb_strs){ words.at + 1, words.n - 1 }, err);
    return code ? code : a->run(&k, err);
}

static const char *const more[] = {
    "list and verify look where runs do: --data-dir, else $IFBENCH_DATA, else\n"
    "$XDG_DATA_HOME/ifbench, else ~/.local/share/ifbench. pull writes to --data-dir, else to\n"
    "the last two of these.",
    "list goes by sizes; verify hashes, and ends with status 3 when a file is damaged, or when\n"
    "one of a pack that was named is missing.",
    "pull fetches from " IFB_PACK_UPSTREAM " at the commits that the table\n"
    "pins; `ifbench data list PACK` shows them. A file gets its name only after its size and\n"
    "SHA-256 were found right (else status 3). A download that is cut off stays as FILE.part\n"
    "(status 4), and the same command goes on from there.",
    "--from takes the files from elsewhere: a folder or a URL that holds them as the data\n"
    "folder does (DIR/ifeval/input_data.jsonl), or else by OWNER/REPO/COMMIT/PATH as upstream\n"
    "does. Proxies are taken from https_proxy, http_proxy and no_proxy.",
    NULL
};

const struct ifb_command ifb_cmd_data = {
    .name = "data", .usage = "data list|pull|verify [PACK]... [--all] [--from DIR|URL] [--json]",
    .doc = "the official data: what there is, fetch it, check it", .more = more,
    .options = options, .examples = examples, .run = cmd_data,
};
