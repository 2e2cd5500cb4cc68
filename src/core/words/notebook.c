#include "words/notebook.h"

#include "base/record.h"

void notebook_begin(struct notebook *n, struct text *out)
{
    *n = (struct notebook){.out = out};
    text_add(out, "{\"nbformat\":4,\"nbformat_minor\":4,\"metadata\":{\"kernelspec\":{\"name\":"
                  "\"backstep\",\"display_name\":\"backstep\",\"language\":\"backstep\"},"
                  "\"language_info\":{\"name\":\"backstep\",\"file_extension\":\".bs\"}},"
                  "\"cells\":[");
}

void notebook_end(struct notebook *n)
{
    text_add(n->out, "\n]}\n");
}

static void begin_cell(struct notebook *n, const char *head, const char *s, size_t length)
{
    text_addf(n->out, "%s\n{\"cell_type\":%s,\"metadata\":{},\"source\":", n->cells ? "," : "",
              head);
    rec_json_text(n->out, s, length);
    n->cells = true;
}

void notebook_markdown(struct notebook *n, const char *s, size_t length)
{
    begin_cell(n, "\"markdown\"", s, length);
    text_add_char(n->out, '}');
}

void notebook_code(struct notebook *n, const char *s, size_t length)
{
    begin_cell(n, "\"code\",\"execution_count\":null", s, length);
    text_add(n->out, ",\"outputs\":[");
    n->outputs = false;
}

void notebook_output(struct notebook *n)
{
    text_add(n->out, n->outputs ? ",\n" : "\n");
    n->outputs = true;
}

void notebook_code_end(struct notebook *n)
{
    text_add(n->out, "]}");
}
