/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader of Python pickles that are plain data: dicts, lists, tuples, a set,
 * strings, floats and whole numbers (pickletools.py of CPython describes the
 * machine). It knows the opcodes that such data need and refuses every other
 * one, so nothing is ever called or imported. No tree is built: containers are
 * told of their items as the machine gives them, and a container can neither be
 * fetched from the memo nor contain itself.
 */
#ifndef IFB_SCORERS_NLP_PICKLE_H
#define IFB_SCORERS_NLP_PICKLE_H

#include <ifbench/types.h>

enum ifb_pickle_kind {
    IFB_PICKLE_STRING,
    IFB_PICKLE_NUMBER,
    IFB_PICKLE_DICT,
    IFB_PICKLE_LIST,
    IFB_PICKLE_SET,     /* keeps the tag of the list it was made of */
    IFB_PICKLE_TUPLE,   /* its members are known only to the machine, until it ends */
    IFB_PICKLE_CLASS    /* the name `set`, to be called */
};

struct ifb_pickle_value {
    union {
        const char *ptr;  /* IFB_PICKLE_STRING */
        double number;
        uint64_t tag;     /* containers: the sink's own, 0 at first */
    };
    uint32_t len;         /* IFB_PICKLE_STRING: bytes */
    uint32_t kind;        /* enum ifb_pickle_kind */
};

/*
 * Takes items as they are put into a container: of a dict, n pairs of key and
 * value in turn (2 n values); of a list, n values. A large container gets its
 * items in several parts, and an inner one has got its own before the outer gets
 * it. May set box->tag. False ends the reading with IFB_EINPUT.
 */
struct ifb_pickle_sink {
    void *self;
    bool (*items)(void *self, struct ifb_pickle_value *box, const struct ifb_pickle_value *at,
                  size_t n);
};

#define IFB_PICKLE_MEMBERS 3  /* of a tuple */

/*
 * Runs the whole pickle; `top` gets the members of the tuple that it ends in, or
 * the one value that is none, and *n their number. Strings live as long as `bytes`
 * and `arena`, and may be changed by what is read later: copy what is to stay.
 * Time and memory are linear in the pickle's length.
 *   IFB_EINPUT  an opcode that is not known, with its offset; a pickle that is
 *               cut off or makes no sense; the sink refused
 */
enum ifb_code ifb_pickle_read(ifb_str bytes, struct ifb_arena *arena,
                              const struct ifb_pickle_sink *sink,
                              struct ifb_pickle_value top[IFB_PICKLE_MEMBERS], size_t *n,
                              struct ifb_error *err);

#endif
