/* SPDX-License-Identifier: Apache-2.0 */
/* The checks `xml` and `html`: well-formed, and what an XPath expression finds. */
#include <stdio.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/regex.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "scorers/families.h"
#include "scorers/fence.h"
#include "scorers/markup_read.h"
#include "scorers/range.h"

#define XPATH_MAX 1000         /* bytes: libxml2 recurses through parentheses */
#define XPATH_WORK 2000000000u /* see steps_for */
#define XPATH_STEPS_MAX 20000000u
#define VALUES_MAX ((size_t)64 << 20)  /* bytes of found text that are compared */

struct markup_args {
    ifb_str xpath, equals, matches;
    struct ifb_range range;
    int64_t extract;
    struct ifb_regex *pattern;  /* of `matches`; NULL: none */
};

static void on_xpath_error(void *user, ifb_xml_error e)
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
    struct ifb_silence before = ifb_markup_silence();
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
    ifb_markup_speak(before);
    return found;
}

static enum ifb_code try_xpath(const struct markup_args *a, struct ifb_arena *arena,
                               struct ifb_error *err)
{
    struct ifb_markup r = { .text = IFB_STR("<x/>") };
    xmlXPathObjectPtr found;
    char message[100];
    xmlDocPtr doc;

    if (a->xpath.len > XPATH_MAX || memchr(a->xpath.ptr, 0, a->xpath.len))
        return ifb_fail(err, IFB_EINPUT, "xpath: wanted at most 1000 bytes without U+0000");
    doc = ifb_markup_read(&r);
    if (!doc)
        return ifb_fail(err, IFB_EINPUT, "%s", r.why);
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
    if (a->matches.ptr && ifb_regex_new(a->matches, 0, &a->pattern, err)) {
        a->pattern = NULL;
        return ifb_within(err, "matches");
    }
    return try_xpath(a, arena, err);
}

static void release_markup(void *args)
{
    ifb_regex_close(((struct markup_args *)args)->pattern);
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

/* What all the nodes that are found may take together. */
struct effort {
    size_t bytes;
    int64_t steps;  /* of the pattern */
};

static enum ifb_outcome judge_text(const struct markup_args *a, struct ifb_probe *p, ifb_str value,
                                   struct effort *left)
{
    enum ifb_match match = IFB_MATCH;

    if (value.len > left->bytes) {
        ifb_why(p, "the nodes found have too much text to compare");
        return IFB_ERROR;
    }
    left->bytes -= value.len;
    if (a->equals.ptr && !ifb_str_eq(ifb_strip(value), ifb_strip(a->equals)))
        return IFB_FAIL;
    if (a->matches.ptr)
        match = ifb_regex_search_within(a->pattern, value, &left->steps);
    if (match == IFB_MATCH_LIMIT) {
        ifb_why(p, "'%.*s' takes too many steps to match", IFB_ARG(ifb_shown(a->matches)));
        return IFB_ERROR;
    }
    return ifb_pass_if(match == IFB_MATCH);
}

static enum ifb_outcome judge_node(const struct markup_args *a, struct ifb_probe *p, xmlNodePtr node,
                                   struct effort *left)
{
    enum ifb_outcome outcome;
    xmlBufferPtr value;

    if (!a->equals.ptr && !a->matches.ptr)
        return IFB_PASS;
    value = xmlBufferCreate();
    if (!value)
        ifb_out_of_memory();
    xmlNodeBufGetContent(value, node);
    outcome = judge_text(a, p, (ifb_str){ (const char *)xmlBufferContent(value),
                                          (size_t)xmlBufferLength(value) }, left);
    xmlBufferFree(value);
    return outcome;
}

static enum ifb_outcome judge_nodes(const struct markup_args *a, struct ifb_probe *p, ifb_str text,
                                    const xmlNodeSet *nodes)
{
    struct effort left = { VALUES_MAX, IFB_RE_STEPS };
    int64_t n = 0;

    for (int i = 0; nodes && i < nodes->nodeNr; i++) {
        enum ifb_outcome outcome = judge_node(a, p, nodes->nodeTab[i], &left);

        if (outcome == IFB_ERROR)
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
    struct effort left = { VALUES_MAX, IFB_RE_STEPS };
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
        outcome = judge_text(a, p, value, &left);
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
    struct ifb_markup r = { .html = html };
    enum ifb_outcome outcome;
    xmlDocPtr doc;
    unsigned line;

    outcome = ifb_extract(p, a->extract, &r.text, &line);
    if (outcome != IFB_PASS)
        return outcome;
    doc = ifb_markup_read(&r);
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
