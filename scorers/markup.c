/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks `xml` and `html`, by libxml2: well-formed, and what an XPath
 * expression finds. The one file that knows libxml2, and what it must be kept
 * from: files, networks, entities, and work that is quadratic in a hostile text.
 */
#include <libxml/HTMLparser.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <pthread.h>
#include <stdio.h>
#include <strings.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "scorers/families.h"
#include "scorers/fence.h"
#include "scorers/pattern.h"
#include "scorers/range.h"

#if LIBXML_VERSION < 21200
typedef xmlErrorPtr complaint;
#else
typedef const xmlError *complaint;
#endif

#define TEXT_MAX ((size_t)4 << 20)
#define XPATH_MAX 1000         /* bytes: libxml2 recurses through parentheses */
#define XPATH_WORK 2000000000u /* see steps_for */
#define XPATH_STEPS_MAX 20000000u
#define VALUES_MAX ((size_t)64 << 20)  /* bytes of found text that are compared */
#define ATTRIBUTES_MAX 2000            /* libxml2 compares each with all before it */
#define PIECE 1024

/* ---- reading ---- */

struct reading {
    ifb_str text;
    bool html;
    xmlSAXHandler base;  /* what the handlers below go on to */
    bool broken;         /* not well-formed, `why` and `line` tell */
    bool refused;        /* more than we read: not judged */
    char why[160];
    int line;
    size_t given;        /* HTML: bytes handed to the parser */
    size_t event;        /* HTML: its place when it last reported something */
    size_t counted, words;  /* HTML: up to where words were counted since then, and how many */
    size_t end_tag;      /* HTML: behind the last end tag that was written out */
};

static void start_libxml(void)
{
    xmlInitParser();
}

/* libxml2 wants to be initialised by one thread before others come. */
static void prepare(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, start_libxml);
}

/* Some of libxml2's messages know no other way than the thread's own, which prints. */
static void say_nothing(void *user, const char *fmt, ...)
{
    (void)user, (void)fmt;
}

struct silence {
    xmlGenericErrorFunc print;
    void *user;
};

static struct silence be_silent(void)
{
    struct silence before = { xmlGenericError, xmlGenericErrorContext };

    xmlSetGenericErrorFunc(NULL, say_nothing);
    return before;
}

static void speak_again(struct silence before)
{
    xmlSetGenericErrorFunc(before.user, before.print);
}

static void note(struct reading *r, const char *what, int line)
{
    size_t len = strcspn(what, "\n");

    if (r->broken || r->refused)
        return;
    snprintf(r->why, sizeof(r->why), "%.*s", (int)(len < 150 ? len : 150), what);
    r->line = line;
}

static void refuse(xmlParserCtxtPtr ctxt, struct reading *r, const char *what)
{
    note(r, what, 0);
    r->refused = true;
    xmlStopParser(ctxt);
}

/* HTML 5: elements that have no end tag, and those whose end tag may be left out. */
static const char *const voids[] = { "area", "base", "br", "col", "embed", "hr", "img", "input",
                                     "link", "meta", "param", "source", "track", "wbr", NULL };
static const char *const open_ended[] = { "html", "head", "body", "p", "li", "dt", "dd", "option",
                                          "optgroup", "tr", "td", "th", "thead", "tbody", "tfoot",
                                          "colgroup", "caption", "rt", "rp", NULL };

static bool is_among(const char *name, const char *const *list)
{
    while (*list && (!name || strcasecmp(name, *list) != 0))
        list++;
    return *list != NULL;
}

/* What HTML 5 allows and HTML 4 did not: new tags, and an "&" that begins no reference. */
static bool is_fine_today(complaint e)
{
    return e->code == XML_HTML_UNKNOWN_TAG || e->code == XML_ERR_ENTITYREF_SEMICOL_MISSING ||
           (e->code == XML_ERR_NAME_REQUIRED && e->message &&
            !strncmp(e->message, "htmlParseEntityRef", 18)) ||
           (e->code == XML_ERR_TAG_NAME_MISMATCH && is_among(e->str2, voids));
}

static void on_error(void *user, complaint e)
{
    xmlParserCtxtPtr ctxt = user;
    struct reading *r = ctxt->_private;

    if (e->code == XML_ERR_INTERNAL_ERROR || e->code == XML_ERR_NAME_TOO_LONG ||
        e->code == XML_ERR_NO_MEMORY) {
        refuse(ctxt, r, e->code == XML_ERR_INTERNAL_ERROR ? "nested too deeply" : "too large");
        return;
    }
    if (r->html ? e->level < XML_ERR_ERROR || is_fine_today(e) : e->level < XML_ERR_FATAL)
        return;
    note(r, e->message ? e->message : "not well-formed", e->line);
    r->broken = true;
    xmlStopParser(ctxt);  /* going on, it may be quadratic */
}

/* Where the parser is in the text. */
static size_t offset_of(const xmlParserCtxt *ctxt)
{
    return ctxt->input ? (size_t)ctxt->input->consumed +
                             (size_t)(ctxt->input->cur - ctxt->input->base)
                       : 0;
}

/* ---- XML ---- */

/* A node knows where its start tag ends; 0: it has none. */
static void remember_place(xmlParserCtxtPtr ctxt)
{
    if (ctxt->node)
        ctxt->node->_private = (void *)(uintptr_t)offset_of(ctxt);
}

static void xml_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                      int nspaces, const xmlChar **spaces, int n, int ndefault,
                      const xmlChar **attributes)
{
    struct reading *r = ((xmlParserCtxtPtr)user)->_private;

    r->base.startElementNs(user, name, prefix, uri, nspaces, spaces, n, ndefault, attributes);
    remember_place(user);
}

static const char declarations[] = "declarations in a DTD are not read";

/* Entities multiply without end, and so do the default attributes of a DTD. */
static void no_entity(void *user, const xmlChar *name, int type, const xmlChar *public_id,
                      const xmlChar *system_id, xmlChar *content)
{
    (void)name, (void)type, (void)public_id, (void)system_id, (void)content;
    refuse(user, ((xmlParserCtxtPtr)user)->_private, declarations);
}

static void no_attribute(void *user, const xmlChar *element, const xmlChar *name, int type,
                         int def, const xmlChar *value, xmlEnumerationPtr tree)
{
    (void)element, (void)name, (void)type, (void)def, (void)value;
    xmlFreeEnumeration(tree);
    refuse(user, ((xmlParserCtxtPtr)user)->_private, declarations);
}

/* No attribute holds a "<", so a tag has at most the "=" between two of them. */
static bool has_long_tag(ifb_str text)
{
    size_t at = 0, equals = 0;

    for (; at < text.len && equals <= ATTRIBUTES_MAX; at++)
        equals = text.ptr[at] == '<' ? 0 : equals + (text.ptr[at] == '=');
    return equals > ATTRIBUTES_MAX;
}

static xmlDocPtr read_xml(xmlParserCtxtPtr ctxt, struct reading *r)
{
    r->base = *ctxt->sax;
    ctxt->sax->serror = on_error;
    ctxt->sax->startElementNs = xml_start;
    ctxt->sax->entityDecl = no_entity;
    ctxt->sax->attributeDecl = no_attribute;
    if (has_long_tag(r->text)) {
        refuse(ctxt, r, "a tag of too many attributes");
        return NULL;
    }
    return xmlCtxtReadMemory(ctxt, r->text.ptr, (int)r->text.len, NULL, "UTF-8", XML_PARSE_NONET);
}

/* ---- HTML ---- */

static void html_event(xmlParserCtxtPtr ctxt, struct reading *r)
{
    r->event = offset_of(ctxt);
    r->counted = r->given;
    r->words = 0;
}

static void html_start(void *user, const xmlChar *name, const xmlChar **attributes)
{
    struct reading *r = ((xmlParserCtxtPtr)user)->_private;

    html_event(user, r);
    r->base.startElement(user, name, attributes);
    remember_place(user);
}

/* Does the text up to `at` end in "</name>"? */
static bool ends_in_tag(ifb_str text, size_t at, const char *name)
{
    size_t len = strlen(name);

    if (at > text.len || !at || text.ptr[at - 1] != '>')
        return false;
    at--;
    while (at && strchr(" \t\r\n", text.ptr[at - 1]) && text.ptr[at - 1])
        at--;
    return at >= len + 2 && !strncasecmp(text.ptr + at - len, name, len) &&
           !memcmp(text.ptr + at - len - 2, "</", 2);
}

/* <x-new/>: libxml2 takes it for the whole element. */
static bool closes_itself(ifb_str text, size_t at)
{
    return at > 1 && text.ptr[at - 1] == '>' && text.ptr[at - 2] == '/';
}

/* libxml2 closes what the end of the text leaves open and does not complain. */
static void html_end(void *user, const xmlChar *xname)
{
    xmlParserCtxtPtr ctxt = user;
    struct reading *r = ctxt->_private;
    const char *name = (const char *)xname;
    size_t at = offset_of(ctxt);

    html_event(ctxt, r);
    r->base.endElement(user, xname);
    if (r->broken || r->refused || at > r->text.len)
        return;
    if (ends_in_tag(r->text, at, name) && at != r->end_tag) {
        r->end_tag = at;
        return;
    }
    if (is_among(name, voids) || is_among(name, open_ended) || closes_itself(r->text, at))
        return;
    snprintf(r->why, sizeof(r->why), "<%.60s> is not closed", name);
    r->line = ctxt->input ? ctxt->input->line : 0;
    r->broken = true;
}

static void html_characters(void *user, const xmlChar *text, int len)
{
    struct reading *r = ((xmlParserCtxtPtr)user)->_private;

    html_event(user, r);
    r->base.characters(user, text, len);
}

static void html_raw(void *user, const xmlChar *text, int len)
{
    struct reading *r = ((xmlParserCtxtPtr)user)->_private;

    html_event(user, r);
    r->base.cdataBlock(user, text, len);
}

static void html_comment(void *user, const xmlChar *text)
{
    struct reading *r = ((xmlParserCtxtPtr)user)->_private;

    html_event(user, r);
    r->base.comment(user, text);
}

static void html_instruction(void *user, const xmlChar *target, const xmlChar *data)
{
    struct reading *r = ((xmlParserCtxtPtr)user)->_private;

    html_event(user, r);
    r->base.processingInstruction(user, target, data);
}

static void html_doctype(void *user, const xmlChar *name, const xmlChar *external,
                         const xmlChar *system)
{
    struct reading *r = ((xmlParserCtxtPtr)user)->_private;

    html_event(user, r);
    r->base.internalSubset(user, name, external, system);
}

static bool parts_words(char c)
{
    return strchr(" \t\r\n'\"/", c) != NULL;
}

/*
 * More words than a tag may have, and nothing reported since? Text and scripts
 * are reported every thousand bytes, so it is a tag, unless a comment or the
 * like begins next.
 */
static bool in_long_tag(struct reading *r)
{
    size_t at = r->event;

    while (at < r->given && r->text.ptr[at] != '<')
        at++;
    if (at + 1 < r->given && strchr("!?", r->text.ptr[at + 1]))
        return false;
    for (at = r->counted; at < r->given; at++)
        r->words += parts_words(r->text.ptr[at]) && at && !parts_words(r->text.ptr[at - 1]);
    r->counted = r->given;
    return r->words > ATTRIBUTES_MAX;
}

/*
 * libxml2 compares each attribute with all before it. Where a tag ends only its
 * parser knows, which asks for the text piece by piece and reports what it found.
 */
static int give_piece(void *user, char *out, int room)
{
    struct reading *r = ((xmlParserCtxtPtr)user)->_private;
    size_t n = r->text.len - r->given;

    if (r->refused || r->broken)
        return 0;
    if (in_long_tag(r)) {
        /* The parser cannot be stopped while it reads: it finds the end instead. */
        note(r, "a tag of too many attributes", 0);
        r->refused = true;
        return 0;
    }
    n = n < PIECE ? n : PIECE;
    n = n < (size_t)room ? n : (size_t)room;
    memcpy(out, r->text.ptr + r->given, n);
    r->given += n;
    return (int)n;
}

static int end_pieces(void *user)
{
    (void)user;
    return 0;
}

static bool has_tag(ifb_str text)
{
    for (size_t i = 0; i + 1 < text.len; i++) {
        char c = (char)(text.ptr[i + 1] | 0x20);

        if (text.ptr[i] == '<' && c >= 'a' && c <= 'z')
            return true;
    }
    return false;
}

static xmlDocPtr read_html(xmlParserCtxtPtr ctxt, struct reading *r)
{
    r->base = *ctxt->sax;
    ctxt->sax->initialized = XML_SAX2_MAGIC;  /* else serror is not asked */
    ctxt->sax->serror = on_error;
    ctxt->sax->startElement = html_start;
    ctxt->sax->endElement = html_end;
    ctxt->sax->characters = ctxt->sax->ignorableWhitespace = html_characters;
    ctxt->sax->cdataBlock = html_raw;
    ctxt->sax->comment = html_comment;
    ctxt->sax->processingInstruction = html_instruction;
    ctxt->sax->internalSubset = html_doctype;
    if (!has_tag(r->text)) {
        note(r, "no tag found", 0);
        r->broken = true;
        return NULL;
    }
    return htmlCtxtReadIO(ctxt, give_piece, end_pieces, ctxt, NULL, "UTF-8", HTML_PARSE_NONET);
}

/* The document, or NULL with broken or refused set. */
static xmlDocPtr read_document(struct reading *r)
{
    xmlParserCtxtPtr ctxt;
    xmlDocPtr doc = NULL;

    prepare();
    if (r->text.len > TEXT_MAX) {
        note(r, "a text of more than 4 MiB", 0);
        r->refused = true;
        return NULL;
    }
    if (memchr(r->text.ptr, 0, r->text.len)) {
        note(r, "U+0000 is not allowed", 0);  /* libxml2 would end there */
        r->broken = true;
        return NULL;
    }
    ctxt = r->html ? htmlNewParserCtxt() : xmlNewParserCtxt();
    if (!ctxt)
        ifb_out_of_memory();
    ctxt->_private = r;
    doc = r->html ? read_html(ctxt, r) : read_xml(ctxt, r);
    xmlFreeParserCtxt(ctxt);
    if (doc && (r->broken || r->refused)) {
        xmlFreeDoc(doc);
        doc = NULL;
    }
    if (!doc && !r->broken && !r->refused) {
        note(r, "not well-formed", 0);
        r->broken = true;
    }
    return doc;
}

/* ---- XPath ---- */

struct markup_args {
    ifb_str xpath, equals, matches;
    struct ifb_range range;
    int64_t extract;
    struct ifb_pattern pattern;
};

static void on_xpath_error(void *user, complaint e)
{
    char *message = user;

    if (!*message)
        snprintf(message, 100, "%.*s", (int)strcspn(e->message ? e->message : "", "\n"),
                 e->message ? e->message : "");
}

/*
 * libxml2 counts steps, but one step may go through the whole document (the text
 * of the root, two sets compared), so that the product is what is bounded: by
 * 2e9, some seconds. A step for each of 14,000 nodes, ten times, is within it.
 */
static unsigned long steps_for(ifb_str text)
{
    size_t size = 64 + 2 * ifb_str_count(text, IFB_STR("<")) + text.len / 4;
    size_t steps = XPATH_WORK / size;

    return steps < XPATH_STEPS_MAX ? steps : XPATH_STEPS_MAX;
}

/* NULL with `message` filled (100 bytes) when it does not compile or takes too much. */
static xmlXPathObjectPtr evaluate(ifb_str xpath, xmlDocPtr doc, unsigned long steps, char *message,
                                  struct ifb_arena *scratch)
{
    xmlXPathContextPtr ctx = xmlXPathNewContext(doc);
    xmlXPathObjectPtr found = NULL;
    struct silence before = be_silent();
    xmlXPathCompExprPtr compiled;

    if (!ctx)
        ifb_out_of_memory();
    *message = '\0';
    ctx->error = on_xpath_error;
    ctx->userData = message;
    ctx->opLimit = steps;
    /* Compiled each time: running one writes into it, and threads share the arguments. */
    compiled = xmlXPathCtxtCompile(ctx, (const xmlChar *)ifb_cstr(scratch, xpath));
    if (compiled)
        found = xmlXPathCompiledEval(compiled, ctx);
    if (!found && (ctx->opCount >= steps || !*message))
        snprintf(message, 100, "%s", !compiled ? "not an expression"
                 : ctx->opCount >= steps ? "it takes too many steps in so large a text"
                                         : "it cannot be evaluated");
    xmlXPathFreeCompExpr(compiled);
    xmlXPathFreeContext(ctx);
    speak_again(before);
    return found;
}

static enum ifb_code try_xpath(const struct markup_args *a, struct ifb_arena *arena,
                               struct ifb_error *err)
{
    struct reading r = { .text = IFB_STR("<x/>") };
    xmlXPathObjectPtr found;
    char message[100];
    xmlDocPtr doc;

    if (a->xpath.len > XPATH_MAX || memchr(a->xpath.ptr, 0, a->xpath.len))
        return ifb_fail(err, IFB_EINPUT, "xpath: wanted at most 1000 bytes without U+0000");
    doc = read_document(&r);
    found = evaluate(a->xpath, doc, 1000000, message, arena);
    xmlFreeDoc(doc);
    if (!found)
        return ifb_fail(err, IFB_EINPUT, "xpath: %s", message);
    xmlXPathFreeObject(found);
    return IFB_OK;
}

static enum ifb_code bind_markup(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct markup_args *a = args;
    enum ifb_code code = ifb_range_bind(&a->range, err);

    if (code)
        return code;
    if (!a->xpath.ptr)
        return a->equals.ptr || a->matches.ptr || ifb_range_given(&a->range)
                   ? ifb_fail(err, IFB_EINPUT, "xpath is missing: the others judge what it finds")
                   : IFB_OK;
    if (a->matches.ptr)
        ifb_pattern_bind(&a->pattern, a->matches, a->matches, 0, arena);
    if (a->pattern.broken.len)
        return ifb_fail(err, IFB_EINPUT, "matches: %.*s", IFB_ARG(a->pattern.broken));
    return try_xpath(a, arena, err);
}

static void release_markup(void *args)
{
    ifb_pattern_close(&((struct markup_args *)args)->pattern);
}

/* The start tag of a node, of an attribute's or a text's parent. */
static void mark_node(struct ifb_probe *p, ifb_str text, const xmlNode *node)
{
    size_t from, to;

    if (node->type != XML_ELEMENT_NODE)
        node = node->parent;
    if (!node || node->type != XML_ELEMENT_NODE || !node->_private)
        return;
    from = to = (uintptr_t)node->_private;
    if (to > text.len)
        return;
    while (from && text.ptr[from] != '<')
        from--;
    while (to < text.len && text.ptr[to] != '>')
        to++;
    if (text.ptr[from] == '<' && to < text.len)
        ifb_mark(p, ifb_str_part(text, from, to + 1));
}

static enum ifb_outcome judge_text(const struct markup_args *a, struct ifb_probe *p, ifb_str value)
{
    enum ifb_outcome outcome = IFB_PASS;
    ifb_str match;

    if (a->equals.ptr)
        outcome = ifb_pass_if(ifb_str_eq(ifb_strip(value), ifb_strip(a->equals)));
    if (outcome == IFB_PASS && a->matches.ptr)
        outcome = ifb_pattern_search(&a->pattern, p, value, &match);
    return outcome;
}

static enum ifb_outcome judge_nodes(const struct markup_args *a, struct ifb_probe *p, ifb_str text,
                                    const xmlNodeSet *nodes)
{
    size_t spent = 0;
    int64_t n = 0;

    for (int i = 0; nodes && i < nodes->nodeNr; i++) {
        enum ifb_outcome outcome = IFB_PASS;

        if (a->equals.ptr || a->matches.ptr) {
            xmlChar *value = xmlXPathCastNodeToString(nodes->nodeTab[i]);

            spent += strlen((const char *)value);
            outcome = judge_text(a, p, ifb_str_of((const char *)value));
            xmlFree(value);
        }
        if (spent > VALUES_MAX)
            ifb_why(p, "the nodes found have too much text to compare");
        if (spent > VALUES_MAX || outcome == IFB_ERROR)
            return IFB_ERROR;
        if (outcome == IFB_FAIL)
            continue;
        n++;
        if (nodes->nodeTab[i]->type != XML_NAMESPACE_DECL)
            mark_node(p, text, nodes->nodeTab[i]);
    }
    return ifb_range_check(p, n, &a->range,
                           a->equals.ptr || a->matches.ptr ? "matching nodes" : "nodes");
}

/* A truth must hold; a number must be in range; a string is the text of a node. */
static enum ifb_outcome judge_object(const struct markup_args *a, struct ifb_probe *p, ifb_str text,
                                     xmlXPathObjectPtr found)
{
    enum ifb_outcome outcome;
    ifb_str value;

    switch (found->type) {
    case XPATH_NODESET: return judge_nodes(a, p, text, found->nodesetval);
    case XPATH_BOOLEAN:
        ifb_why(p, "the XPath expression is %s", found->boolval ? "true" : "false");
        return ifb_pass_if(found->boolval);
    case XPATH_NUMBER:
        ifb_why(p, "the XPath expression is %g, wanted %lld or more%s", found->floatval,
                (long long)a->range.min, a->range.max_json ? " and not above max" : "");
        return ifb_pass_if(found->floatval >= (double)a->range.min &&
                           found->floatval <= (double)a->range.max);
    case XPATH_STRING:
        value = ifb_str_of((const char *)found->stringval);
        ifb_why(p, "the XPath expression is '%.*s'", IFB_ARG(ifb_shown(value)));
        outcome = judge_text(a, p, value);
        return outcome == IFB_PASS && !value.len && !a->equals.ptr && !a->matches.ptr ? IFB_FAIL
                                                                                      : outcome;
    default: break;
    }
    ifb_why(p, "the XPath expression gives nothing to judge");
    return IFB_ERROR;
}

static enum ifb_outcome judge_xpath(const struct markup_args *a, struct ifb_probe *p, ifb_str text,
                                    xmlDocPtr doc)
{
    enum ifb_outcome outcome = IFB_ERROR;
    char message[100];
    xmlXPathObjectPtr found = evaluate(a->xpath, doc, steps_for(text), message, p->scratch);

    if (found)
        outcome = judge_object(a, p, text, found);
    else
        ifb_why(p, "the XPath expression fails: %s", message);
    xmlXPathFreeObject(found);
    return outcome;
}

static void mark_line(struct ifb_probe *p, ifb_str text, int line)
{
    ifb_str part = { text.ptr, 0 };

    while (line-- > 0 && ifb_str_chop(&text, '\n', &part))
        ;
    ifb_mark(p, line >= 0 ? text : part);
}

static enum ifb_outcome check(const struct markup_args *a, struct ifb_probe *p, bool html)
{
    struct reading r = { .html = html };
    enum ifb_outcome outcome;
    xmlDocPtr doc;
    unsigned line;

    outcome = ifb_extract(p, a->extract, &r.text, &line);
    if (outcome != IFB_PASS)
        return outcome;
    doc = read_document(&r);
    if (!doc) {
        if (r.line > 0)
            ifb_why(p, "line %u: %s", line + (unsigned)r.line - 1, r.why);
        else
            ifb_why(p, "%s", r.why);
        if (r.line > 0)
            mark_line(p, r.text, r.line);
        return r.refused ? IFB_ERROR : IFB_FAIL;
    }
    ifb_why(p, html ? "HTML without errors" : "well-formed XML");
    if (a->xpath.ptr)
        outcome = judge_xpath(a, p, r.text, doc);
    xmlFreeDoc(doc);
    return outcome;
}

static enum ifb_outcome check_xml(const void *args, struct ifb_probe *p)
{
    return check(args, p, false);
}

static enum ifb_outcome check_html(const void *args, struct ifb_probe *p)
{
    return check(args, p, true);
}

/* ---- rows ---- */

static const struct ifb_field markup_fields[] = {
    IFB_FIELD(struct markup_args, xpath, "xpath", .kind = IFB_STRING,
              .doc = "XPath 1.0 that finds nodes; no prefixes are declared, use local-name()"),
    IFB_RANGE(struct markup_args, range),
    IFB_FIELD(struct markup_args, equals, "equals", .kind = IFB_STRING,
              .doc = "count nodes of that text only, white space around it aside"),
    IFB_FIELD(struct markup_args, matches, "matches", .kind = IFB_STRING,
              .doc = "count nodes only in whose text this pattern (Python's re) is found"),
    IFB_EXTRACT(struct markup_args, extract),
    { 0 }
};

static const struct ifb_example xml_examples[] = {
    { "{}", "<tea><leaf kind='green'/></tea>", IFB_PASS },
    { "{}", "<tea><leaf></tea>", IFB_FAIL },
    { "{}", "<a/><b/>", IFB_FAIL },  /* two roots */
    { "{\"xpath\":\"//item\",\"min\":2,\"max\":2}", "<list><item/><item/></list>", IFB_PASS },
    { "{\"xpath\":\"//item\",\"max\":0}", "<list><item/></list>", IFB_FAIL },
    { "{\"xpath\":\"/a/@id\",\"equals\":\"7\"}", "<a id='7'/>", IFB_PASS },
    { "{\"xpath\":\"//b\",\"matches\":\"^[0-9]+$\",\"min\":2}", "<a><b>1</b><b>x</b></a>",
      IFB_FAIL },
    { "{\"xpath\":\"count(//b) = 2\"}", "<a><b/><b/></a>", IFB_PASS },
    { "{\"extract\":\"fence\"}", "Here:\n```xml\n<?xml version='1.0'?>\n<a/>\n```\n", IFB_PASS },
    { "{}", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", IFB_ERROR },  /* no entities */
    { "{\"xpath\":\"//[\"}", "<a/>", IFB_ERROR },
    { 0 }
};

static const struct ifb_example html_examples[] = {
    { "{}", "<ul><li>tea<li>milk</ul>", IFB_PASS },  /* </li> may be left out */
    { "{}", "<div><b>tea</div>", IFB_FAIL },
    { "{}", "<div><p>tea", IFB_FAIL },  /* </div> may not */
    { "{}", "<main><p>Tom & Jerry</p></main>", IFB_PASS },
    { "{}", "no tags", IFB_FAIL },
    { "{\"xpath\":\"//table//tr\",\"min\":2}", "<TABLE><tr><td>1</td></tr><tr></tr></TABLE>",
      IFB_PASS },
    { "{\"xpath\":\"//a[starts-with(@href,'http:')]\",\"max\":0}",
      "<p><a href=\"http://x\">x</a></p>", IFB_FAIL },
    { "{\"xpath\":\"string(//title)\",\"equals\":\"Tea\"}",
      "<!DOCTYPE html><html><head><title> Tea </title></head><body></body></html>", IFB_PASS },
    { "{\"equals\":\"x\"}", "<p>x</p>", IFB_ERROR },
    { 0 }
};

const struct ifb_check ifb_markup_checks[] = {
    { .id = "xml", .doc = "well-formed XML, perhaps with what an XPath expression finds",
      .fields = markup_fields, .args_size = sizeof(struct markup_args), .bind = bind_markup,
      .release = release_markup, .run = check_xml, .examples = xml_examples },
    { .id = "html",
      .doc = "HTML without parse errors, new tags aside, perhaps with what an XPath finds",
      .fields = markup_fields, .args_size = sizeof(struct markup_args), .bind = bind_markup,
      .release = release_markup, .run = check_html, .examples = html_examples },
    { 0 }
};
