/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text prepared once for many checks. Checks disagree about what a word is,
 * so the view has named tokenisations, each computed on first use, kept in the
 * arena the view was made in, and pointing into the raw bytes (or into the one
 * lowered copy). Every text is valid UTF-8; NUL is an ordinary character.
 *
 * Not thread-safe: one worker owns a view.
 */
#ifndef IFBENCH_TEXT_H
#define IFBENCH_TEXT_H

#include <ifbench/types.h>

struct ifb_text;
struct ifb_resources;

/*
 * Sentence parameters in the layout of the upstream JSON, for `ifb_resources`.
 * They live in `arena`; `json` may be released. IFB_EINPUT when the document is
 * not of that layout.
 */
struct ifb_punkt;
enum ifb_code ifb_punkt_load(ifb_str json, struct ifb_arena *arena, const struct ifb_punkt **out,
                             struct ifb_error *err);

/* The same, with the abbreviations that M-IFEval adds to nltk's French parameters. */
enum ifb_code ifb_punkt_load_french(ifb_str json, struct ifb_arena *arena,
                                    const struct ifb_punkt **out, struct ifb_error *err);

/*
 * The rules of spaCy's Spanish tokenizer, as data: an object with four patterns
 * (`prefix`, `suffix`, `infix`, `url`: PCRE2 with UTF and UCP) and `specials`, an
 * object that maps a string to its pieces. Close it: it holds compiled patterns.
 * IFB_EINPUT when the document is not of that layout.
 */
struct ifb_es_tokenizer;
enum ifb_code ifb_es_tokenizer_load(ifb_str json, struct ifb_arena *arena,
                                    struct ifb_es_tokenizer **out, struct ifb_error *err);
void ifb_es_tokenizer_close(struct ifb_es_tokenizer *t);

/*
 * The Japanese dictionary IPADIC as MeCab 0.996 compiles it for UTF-8 (sys.dic,
 * unk.dic, matrix.bin) and its char.def. The bytes of the files must outlive the
 * dictionary, which lives in `arena`. IFB_EINPUT names the file that is not one.
 */
enum ifb_ipadic_file {
    IFB_IPADIC_SYS, IFB_IPADIC_UNK, IFB_IPADIC_MATRIX, IFB_IPADIC_CHAR, IFB_IPADIC_FILES
};
struct ifb_ipadic;
enum ifb_code ifb_ipadic_load(const ifb_str files[IFB_IPADIC_FILES], struct ifb_arena *arena,
                              const struct ifb_ipadic **out, struct ifb_error *err);

/*
 * The other resources, from the bytes of the files that `ifbench data pull nlp`
 * gets; they live in `arena`, and the bytes may be released. IFB_EINPUT when a
 * file is damaged or something else; IFB_ELIMIT when it is larger than any such.
 *   stop words  nltk's stopwords.zip, the English list
 *   syllables   syllapy's data.csv: a word and its number in a line
 *   tagger      nltk's averaged_perceptron_tagger.zip
 */
struct ifb_stopwords;
enum ifb_code ifb_stopwords_load(ifb_str zip, struct ifb_arena *arena,
                                 const struct ifb_stopwords **out, struct ifb_error *err);
struct ifb_syllables;
enum ifb_code ifb_syllables_load(ifb_str csv, struct ifb_arena *arena,
                                 const struct ifb_syllables **out, struct ifb_error *err);
struct ifb_tagger;
enum ifb_code ifb_tagger_load(ifb_str zip, struct ifb_arena *arena, const struct ifb_tagger **out,
                              struct ifb_error *err);

/*
 * What was loaded of the tagger, as bytes in `arena` that thaw takes at once, where
 * load takes 20 ms. They belong to this machine and this version. thaw borrows
 * `frozen`, which must be aligned to 8 bytes (a mapped file is), and checks it:
 * IFB_EINPUT when it is something else or damaged.
 */
ifb_str ifb_tagger_freeze(const struct ifb_tagger *tagger, struct ifb_arena *arena);
enum ifb_code ifb_tagger_thaw(ifb_str frozen, struct ifb_arena *arena,
                              const struct ifb_tagger **out, struct ifb_error *err);

/*
 * A view of `raw`, which must be valid UTF-8 and outlive the arena's contents.
 * `res` may be NULL: sentences are then cut with the built-in parameters.
 */
struct ifb_text *ifb_text_new(struct ifb_arena *arena, ifb_str raw, const struct ifb_resources *res);

/* The arena the view lives in. */
struct ifb_arena *ifb_text_arena(struct ifb_text *t);

ifb_str ifb_text_raw(const struct ifb_text *t);

/* What it was made with; never NULL. */
const struct ifb_resources *ifb_text_resources(const struct ifb_text *t);

/* Python's str.strip(): no white space at either end. */
ifb_str ifb_text_strip(struct ifb_text *t);

/* Python's str.lower() of the raw text; its length can differ. */
ifb_str ifb_text_lower(struct ifb_text *t);

/* Pieces between U+000A, at least one; CR and other line ends do not count. */
struct ifb_strs ifb_text_lines(struct ifb_text *t);

/* Pieces between "\n\n" (literal, left to right), at least one. */
struct ifb_strs ifb_text_paragraphs(struct ifb_text *t);

/* Python's str.split(): runs of non-space. */
struct ifb_strs ifb_text_fields(struct ifb_text *t);

/* Maximal runs of Python's \w (Unicode). */
struct ifb_strs ifb_text_words(struct ifb_text *t);

/* nltk.word_tokenize: Punkt sentences, then Treebank words. */
struct ifb_strs ifb_text_tokens(struct ifb_text *t);

/* nltk.sent_tokenize: Punkt sentences. */
struct ifb_strs ifb_text_sentences(struct ifb_text *t);

/*
 * langdetect 1.0.9 with seed 0. Absent ({NULL, 0}) when detection fails for
 * lack of features, "unknown" when no language is likely enough.
 */
ifb_str ifb_text_language(struct ifb_text *t);

#endif
