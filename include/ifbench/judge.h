/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a judge protocol: which requests make a judge say what it
 * thinks of answers, and what is read in its replies. Pure: a protocol sends
 * nothing, so its tests need no judge. Who sends requests, and what becomes of
 * a call that failed, is the engine's business.
 *
 * To add one, write scorers/judge/NAME.c, end it with a `const struct ifb_judge`
 * and add that to scorers/judge/protocols.c.
 */
#ifndef IFBENCH_JUDGE_H
#define IFBENCH_JUDGE_H

#include <ifbench/provider.h>
#include <ifbench/types.h>

/* ---- prompts ---- */

/*
 * A prompt with places to fill: {name}, and {{ and }} for braces. The fields are
 * those of FastChat's judge_prompts.jsonl.
 */
struct ifb_template {
    ifb_str name, type, system, text, output_format;
};

/* A set of them. `version` names the built-in set, or is absent. */
struct ifb_templates {
    const struct ifb_template *at;
    size_t n;
    ifb_str version;
};

/* What ifbench asks with when nobody brings other prompts. */
const struct ifb_templates *ifb_templates_builtin(void);

/*
 * A set from JSON lines {"name", "type", "system_prompt", "prompt_template",
 * "output_format"}, as FastChat ships them; from AlpacaEval's ChatML text, which is one
 * prompt for all ways to judge that suite; or from Arena-Hard's YAML settings
 * ("system_prompt", "prompt_template"). Strings live in `arena`. IFB_EINPUT "line L:
 * ..." at the first that is not one, or whose braces do not close.
 */
enum ifb_code ifb_templates_load(ifb_str text, struct ifb_arena *arena,
                                 const struct ifb_templates **out, struct ifb_error *err);

const struct ifb_template *ifb_template_find(const struct ifb_templates *set, ifb_str name);

/*
 * SHA-256 in hex of names, systems and texts, for manifests and cache keys: `out`
 * holds 65 bytes.
 */
void ifb_templates_hash(const struct ifb_templates *set, char out[65]);

struct ifb_slot {
    const char *name;
    ifb_str value;  /* absent: the place may not be in the template */
};

/*
 * Fills the places of `text` in one pass; what is put in is not looked at again.
 * IFB_EINPUT names a place that no slot has; IFB_ELIMIT beyond 64 MiB.
 */
enum ifb_code ifb_template_render(ifb_str text, const struct ifb_slot *slots, size_t n,
                                  struct ifb_arena *arena, ifb_str *out, struct ifb_error *err);

/* ---- what a judge is asked, and what it said ---- */

struct ifb_judge_request {
    struct ifb_conversation messages;
    double temperature;
    int64_t max_tokens;
    int64_t top_logprobs;  /* likely first tokens to ask for; 0: none */
    ifb_str prompt;        /* name of the template */
};

/* Who is better, as the judge was shown them. */
enum ifb_label {
    IFB_LABEL_NONE,
    IFB_A_MUCH_BETTER,
    IFB_A_BETTER,
    IFB_NO_DIFFERENCE,
    IFB_B_BETTER,
    IFB_B_MUCH_BETTER
};

/* "A>>B", "A>B", "A=B", "B>A", "B>>A", "none". */
const char *ifb_label_name(enum ifb_label label);

/* How a reply was read. */
enum ifb_reading {
    IFB_UNREADABLE,   /* no mark: upstream's -1, "error" or null */
    IFB_READ,         /* as the prompt asks */
    IFB_READ_LOOSELY, /* by the protocol's second pattern, or by --parse last */
    IFB_READ_RAISES   /* upstream would have stopped there; no number */
};

/* An answer to a question of a list. */
enum ifb_said {
    IFB_SAID_NOTHING,
    IFB_SAID_YES,
    IFB_SAID_NO,
    IFB_SAID_UNREADABLE  /* something, which counts as an error and no */
};

struct ifb_judgment {
    enum ifb_reading how;
    double rating;              /* NaN where the protocol has none, or nothing was read */
    enum ifb_label label;
    const enum ifb_said *said;  /* a question each, as far as they were asked */
    size_t nsaid;
};

/* Which mark of a reply counts. */
enum ifb_parse {
    IFB_PARSE_OFFICIAL, /* by upstream's rule */
    IFB_PARSE_LAST      /* the last one, other spellings of it too */
};

/* How a list of questions is put. */
enum ifb_asking {
    IFB_ASK_CONVERSATION, /* one after the other, the replies in view: upstream's way */
    IFB_ASK_APART,        /* each in a conversation of its own */
    IFB_ASK_TOGETHER      /* all in one request */
};

/* What is to be judged. Members that a protocol does not use stay empty. */
struct ifb_judge_context {
    ifb_str category;
    unsigned turn;                  /* 1 or 2: the turn that counts */
    unsigned game;                  /* 1 or 2: the two orders of a pair */
    struct ifb_strs questions;      /* by turn */
    struct ifb_strs answers[2];     /* by turn, of the model and of the one it is compared with */
    struct ifb_strs references;     /* by turn */
    ifb_str input;                  /* what the instruction is about, or absent */
    struct ifb_strs checks;         /* questions about the answer */
    struct ifb_strs marks;          /* what a verdict is found by: patterns, or a member's name */
    const struct ifb_response *replies;  /* what `replies` of step were taken from, one each, for
                                            log-probabilities; NULL: only texts are known */
    const struct ifb_templates *templates;  /* NULL: the built-in ones */
    bool no_system;                 /* the judge takes no system message */
    enum ifb_parse parse;
    enum ifb_asking asking;
};

/* Either another request, or the judgment. */
struct ifb_judge_step {
    bool done;
    struct ifb_judge_request ask;
    struct ifb_judgment said;
};

struct ifb_judge {
    const char *id, *doc, *cite;
    unsigned model_first;  /* of pairs: the game in which the model stands before the one it is
                              compared with; 0: no pairs are judged */
    /*
     * What to do after `replies`, the texts that came back so far, in order. Results
     * live in `arena` and may point into the context. IFB_EINPUT when the context
     * lacks what the prompt needs.
     */
    enum ifb_code (*step)(const struct ifb_judge_context *c, struct ifb_strs replies,
                          struct ifb_arena *arena, struct ifb_judge_step *out,
                          struct ifb_error *err);
};

/* The protocol called `id`, or NULL; and a walk over all. */
const struct ifb_judge *ifb_judge_find(ifb_str id);
const struct ifb_judge *ifb_judge_next(const struct ifb_judge *previous);

#endif
