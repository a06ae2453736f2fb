/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a programmatic check, and what is done with one.
 *
 * A check is a row of a table: an id, a declarative schema of its arguments and
 * a pure, total function from a text to an outcome. To add one, write the
 * function in the family's file under scorers/, add its row to the table below
 * it, with examples: they are printed by `ifbench scorers ID` and run by the
 * tests. CONTRIBUTING.md has the recipe.
 */
#ifndef IFBENCH_CHECK_H
#define IFBENCH_CHECK_H

#include <ifbench/text.h>
#include <ifbench/types.h>

/* UNSCORED is zero: forgetting to score is never mistaken for failing. */
enum ifb_outcome { IFB_UNSCORED, IFB_FAIL, IFB_PASS, IFB_ERROR };

/* "unscored", "fail", "pass", "error". */
const char *ifb_outcome_name(enum ifb_outcome outcome);

#define IFB_SPANS_MAX 16

/*
 * What a check found. `why` states found and wanted in a line; spans point at
 * the evidence in the raw answer, at most IFB_SPANS_MAX of them.
 */
typedef struct {
    enum ifb_outcome outcome;
    ifb_str why;
    const struct ifb_span *at;
    uint16_t nat;
} ifb_verdict;

/* What a check may need that is too big or too foreign to be compiled in. */
enum ifb_need {
    IFB_NEEDS_PUNKT = 1 << 0,      /* sentence parameters; a built-in set stands in */
    IFB_NEEDS_LANGID = 1 << 1,     /* language profiles, compiled in */
    IFB_NEEDS_STOPWORDS = 1 << 2,  /* English stop words */
    IFB_NEEDS_SYLLABLES = 1 << 3,  /* syllable counts of English words */
    IFB_NEEDS_TAGGER = 1 << 4,     /* part-of-speech weights */
    IFB_NEEDS_FRENCH = 1 << 8,     /* French sentence parameters */
    IFB_NEEDS_SPANISH = 1 << 9,    /* Spanish sentence parameters */
    IFB_NEEDS_ES_TOKENS = 1 << 10, /* rules of the Spanish tokenizer */
    IFB_NEEDS_IPADIC = 1 << 11     /* a Japanese dictionary */
};

/* Those that nothing stands in for: without them a check cannot run. */
#define IFB_NEEDS_PULLED                                                                      \
    (IFB_NEEDS_STOPWORDS | IFB_NEEDS_SYLLABLES | IFB_NEEDS_TAGGER | IFB_NEEDS_FRENCH |       \
     IFB_NEEDS_SPANISH | IFB_NEEDS_ES_TOKENS | IFB_NEEDS_IPADIC)

/* What a need is called in messages, of its lowest bit: "stop words". */
const char *ifb_need_name(unsigned need);

/* What to do when it is not there, of its lowest bit: "`ifbench data pull nlp` gets them". */
const char *ifb_need_remedy(unsigned need);

/* The loaded resources, borrowed by every text. NULL members: built-in, or not there. */
struct ifb_punkt;
struct ifb_stopwords;
struct ifb_syllables;
struct ifb_tagger;
struct ifb_es_tokenizer;
struct ifb_ipadic;
struct ifb_resources {
    unsigned have;  /* enum ifb_need, or'ed: which of IFB_NEEDS_PULLED are there */
    const struct ifb_punkt *punkt;
    const struct ifb_stopwords *stopwords;
    const struct ifb_syllables *syllables;
    const struct ifb_tagger *tagger;
    ifb_str frozen;  /* what the tagger borrows, mapped; absent when it was loaded */
    const struct ifb_punkt *french, *spanish;
    struct ifb_es_tokenizer *es_tokens;
    const struct ifb_ipadic *ipadic;
    ifb_str maps[IFB_IPADIC_FILES];  /* files that `ipadic` points into */
};

/*
 * What a running check sees and where it leaves its findings.
 * `text` is the form being judged, not always the raw answer. `scratch` is
 * emptied after the check. When `explain` is false, reasons and spans are not
 * wanted and ifb_why and ifb_mark return at once.
 */
struct ifb_probe {
    struct ifb_text *text;
    struct ifb_arena *scratch;
    struct ifb_arena *cell;  /* `why` is allocated here */
    bool explain;
    ifb_str why;
    struct ifb_span spans[IFB_SPANS_MAX];
    uint16_t nspans;
    int64_t *steps;  /* what patterns may still take together; NULL: each its own */
};

/* A row of `ifbench scorers ID`, and a test. */
struct ifb_example {
    const char *args;  /* JSON object */
    const char *text;
    enum ifb_outcome outcome;
};

struct ifb_check {
    const char *id;    /* "family:name", as the suites spell it; "name": a general one */
    const char *doc;   /* one line, lower case, no full stop */
    const struct ifb_field *fields;  /* ends with a zero row; NULL: no arguments */
    size_t args_size;
    const void *defaults;  /* args_size bytes to begin with; NULL: zeros */
    unsigned needs;    /* enum ifb_need, or'ed */
    bool forbids;      /* passing means that something is not there: "no commas" */
    /*
     * The reference evaluator knows no loose forms and no rule that a blank
     * answer fails: the check runs once, on the answer as it is, and its loose
     * verdict is its strict one.
     */
    bool strict_only;
    /*
     * Optional: completes the arguments after the fields were read (compiles a
     * pattern, derives a limit), allocating in `arena`. IFB_EINPUT with a
     * message when a value is one that the reference evaluator raises on while
     * building its checker: every verdict of the constraint is then ERROR.
     */
    enum ifb_code (*bind)(void *args, struct ifb_arena *arena, struct ifb_error *err);
    /* Optional: releases handles that bind made (compiled patterns). */
    void (*release)(void *args);
    /* Pure and total: every UTF-8 text has an outcome, the empty one too. */
    enum ifb_outcome (*run)(const void *args, struct ifb_probe *probe);
    const struct ifb_example *examples;  /* ends with a zero row */
};

/*
 * A check with its arguments. `broken` is not empty when the arguments are ones
 * on which the reference evaluator raises (missing, unknown or impossible
 * values): its verdicts are ERROR with that reason. Never a random default.
 * Where a resource of IFB_NEEDS_PULLED is missing, its verdicts are UNSCORED with
 * what to do about it.
 */
struct ifb_constraint {
    ifb_str id;
    const struct ifb_check *check;
    void *args;
    ifb_str args_json;  /* as the suite wrote it, compact and without nulls; for reports */
    ifb_str broken;
    unsigned needs;     /* enum ifb_need, or'ed: what running it takes */
    uint16_t turn;      /* which answer of the conversation it judges, from 0 */
    bool negated;       /* it forbids something: "do not ..." */
};

/*
 * A constraint that no program here can check: `check` is NULL, its verdicts are
 * UNSCORED with `why`. Both strings are copied into `arena`.
 */
struct ifb_constraint ifb_constraint_unscored(struct ifb_arena *arena, ifb_str id, ifb_str why);

/*
 * The check called `id`, or NULL. Some ids of M-IFEval ("en:keywords:existence")
 * are other names of one of IFEval's checks.
 */
const struct ifb_check *ifb_check_find(ifb_str id);

/* Walks all checks in table order; NULL starts, NULL ends. */
const struct ifb_check *ifb_check_next(const struct ifb_check *previous);

/* The registered id nearest to `id` by edit distance; "" when none is near. */
const char *ifb_check_nearest(ifb_str id);

/*
 * Makes a constraint in `arena` from a JSON object of arguments (NULL: none).
 * Members that are JSON null count as absent.
 *   IFB_EINPUT  unknown id (the message names the nearest), or an argument of
 *               the wrong JSON type.
 * Arguments that are merely impossible give IFB_OK and `broken`.
 */
enum ifb_code ifb_constraint_load(struct ifb_arena *arena, ifb_str id, const struct ifb_json *args,
                                  struct ifb_constraint *out, struct ifb_error *err);

/*
 * Makes one constraint in `arena` from an expression, a JSON value that composes
 * checks. X, Y are expressions, NAME is a check's id:
 *
 *     "NAME"   {"check": NAME, ARG: VALUE, ...}        a check
 *     {NAME: {ARG: VALUE, ...}}   {NAME: VALUE}        the same; VALUE is that of the
 *                                                      check's first argument, null
 *                                                      and true mean no arguments
 *     {"all": [X, ...]}   {"any": [X, ...]}   {"not": X}
 *     {"count": {"of": [X, ...], "min": A, "max": B}}  how many of them hold
 *     {"each": {"unit": U, "check": X, "min": A}}      every piece of the text; at
 *                                                      least A (0) of them
 *     {"none": {"unit": U, "check": X}}                no piece
 *     {"some": {"unit": U, "check": X, "min": A, "max": B}}  so many pieces (1 or more)
 *     {"first": {"unit": U, "check": X}}   "last"      that piece
 *     {"nth": {"unit": U, "n": N, "check": X}}         from 1, or from the end: -1
 *
 * U is a unit of text, "line" or "lines", see ifb_unit_next; the unit "matches"
 * takes a "pattern" beside it. A member "name" beside the head of an expression
 * labels it; the label of the root becomes `id`, else it is a short rendering
 * such as "not contains" or "each line starts".
 *
 * Errors are Kleene's third value: `all` fails when one fails, and errs when none
 * fails and one errs. Every fault is IFB_EINPUT here, and `broken` stays empty.
 * The message begins with the place, "all[2].not.contains: ", members counted
 * from 0, and ends in "(line N)" where that is not the line `expr` begins on. At
 * most 32 levels and 1,000 nodes. `args_json` is the canonical form: sorted keys,
 * no blanks, short forms written out, labels and nulls left out; spellings of the
 * same expression give the same bytes. `check` is a row that is not listed.
 */
enum ifb_code ifb_constraint_load_expression(struct ifb_arena *arena, const struct ifb_json *expr,
                                             struct ifb_constraint *out, struct ifb_error *err);

/* The canonical form of an expression, and its identity: SHA-256 in hex with NUL. */
enum ifb_code ifb_expression_canonical(struct ifb_arena *arena, const struct ifb_json *expr,
                                       ifb_str *out, struct ifb_error *err);
#define IFB_EXPRESSION_HASH 65
void ifb_expression_hash(ifb_str canonical, char out[IFB_EXPRESSION_HASH]);

/* Walks the units of text: name in the plural, and what counts; NULL ends. */
struct ifb_unit {
    const char *name, *one, *doc;
};
const struct ifb_unit *ifb_unit_next(const struct ifb_unit *previous);

/* Releases what bind acquired. The memory itself belongs to the arena. */
void ifb_constraint_release(struct ifb_constraint *c);

/*
 * An answer and its eight loose forms, made lazily (IFEval's
 * test_instruction_following_loose). Lives in `cell`; `answer` must be valid
 * UTF-8 (harness/base/utf8.h repairs) and at most 4 GiB - 1 long.
 */
struct ifb_forms *ifb_forms_new(struct ifb_arena *cell, ifb_str answer,
                                const struct ifb_resources *res);

/*
 * Strict and loose verdict of one constraint on one answer.
 * Strict: the answer is not blank and the check holds. Loose: some form is not
 * blank and holds; the forms are tried in upstream's order and equal forms once.
 * A check that is strict_only decides alone, and both verdicts are the same.
 * A check that errs on a form ends that phase with ERROR.
 * `scratch` is reset between forms; reasons and spans live in the forms' arena.
 */
void ifb_constraint_score(const struct ifb_constraint *c, struct ifb_forms *forms,
                          struct ifb_arena *scratch, bool explain,
                          ifb_verdict *strict, ifb_verdict *loose);

/* ---- for the authors of checks ---- */

/* Sets the reason, printf-like; long reasons and quoted values are cut. */
void ifb_why(struct ifb_probe *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * As much of a value as a reason may quote, cut between characters:
 *     ifb_why(p, "'%.*s' not found", IFB_ARG(ifb_shown(word)));
 */
ifb_str ifb_shown(ifb_str s);

/*
 * Points at evidence: `piece` must lie within ifb_text_raw(p->text). Ignored
 * beyond IFB_SPANS_MAX. Spans count in bytes of that text; ifb_constraint_score
 * maps them back to the raw answer when p->text is one of its loose forms.
 */
void ifb_mark(struct ifb_probe *p, ifb_str piece);

/* IFEval's relations, the order of ifb_relations; the third is only M-IFEval's. */
enum ifb_relation { IFB_LESS_THAN, IFB_AT_LEAST, IFB_AT_MOST };
extern const char *const ifb_relations[];

/* "less than", "at least", "at most"; and whether n stands in that relation to limit. */
const char *ifb_relation_name(int64_t relation);
bool ifb_relation_holds(int64_t n, int64_t relation, int64_t limit);

/* n against limit by relation, with the reason "found N nouns, wanted ...". */
enum ifb_outcome ifb_compare(struct ifb_probe *p, int64_t n, int64_t relation, int64_t limit,
                             const char *noun);

/* PASS when ok, FAIL otherwise. */
enum ifb_outcome ifb_pass_if(bool ok);

/* ---- for callers of the library ---- */

/*
 * One check bound to its arguments, or an expression, for programs that score texts
 * as they come (a reward function, a filter):
 *
 *     ifb_checker_new_expression("{\"all\": [{\"contains\": \"tea\"}, ...]}", &c, &err);
 *     ifb_library_open(NULL, getenv, ifb_checker_needs(c), &lib, &err);
 *     ifb_checker_use(c, lib);
 *     ifb_checker_run(c, answer, len, &strict, &loose);    from any thread
 *     ifb_checker_close(c);
 *     ifb_library_close(lib);
 *
 * Most checks need no library: then the second and third line may be left out. Without
 * one the sentences are cut with the built-in parameters, and a check that needs what
 * nothing stands in for is UNSCORED. Thread-safe once made and told what to use.
 */
struct ifb_checker;
struct ifb_library;

/*
 * `args_json` is a JSON object or NULL. Fails as ifb_constraint_load does, and
 * also when the arguments are impossible.
 */
enum ifb_code ifb_checker_new(const char *id, const char *args_json, struct ifb_checker **out,
                              struct ifb_error *err);

/* The same from an expression, JSON as ifb_constraint_load_expression takes it. */
enum ifb_code ifb_checker_new_expression(const char *expr_json, struct ifb_checker **out,
                                         struct ifb_error *err);

/* What it needs, enum ifb_need, or'ed. */
unsigned ifb_checker_needs(const struct ifb_checker *c);

/* Lets it use a library, which must outlive it; before the first run. NULL: none. */
void ifb_checker_use(struct ifb_checker *c, const struct ifb_library *lib);

/* What it needs and has not, of IFB_NEEDS_PULLED; see ifb_need_remedy. 0: it can be scored. */
unsigned ifb_checker_lacks(const struct ifb_checker *c);

/* Strict and loose outcome of `len` bytes; invalid UTF-8 reads as U+FFFD. */
void ifb_checker_run(const struct ifb_checker *c, const char *answer, size_t len,
                     enum ifb_outcome *strict, enum ifb_outcome *loose);

void ifb_checker_close(struct ifb_checker *c);

/*
 * Loads what `needs` asks for of the data packs (`ifbench data pull`), as far as it is
 * there. It is looked for in `dir`; NULL: in $IFBENCH_DATA, else
 * $XDG_DATA_HOME/ifbench, else $HOME/.local/share/ifbench, which `env`, such as getenv,
 * is asked for (NULL: nowhere). What takes long to load is kept beside the cache of
 * answers, unless `env` is NULL or $IFBENCH_CACHE is "off". IFB_EINPUT names a file that
 * is not what it should be. A library is not changed by use: any number of checkers
 * and threads may share it.
 */
enum ifb_code ifb_library_open(const char *dir, const char *(*env)(const char *name),
                               unsigned needs, struct ifb_library **out, struct ifb_error *err);

/* Borrowed; for ifb_forms_new. NULL for NULL. */
const struct ifb_resources *ifb_library_resources(const struct ifb_library *lib);

void ifb_library_close(struct ifb_library *lib);

#endif
