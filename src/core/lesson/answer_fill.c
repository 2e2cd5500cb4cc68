// Judging the cells of a table (fill): a number for each, in their order or by their names.
#include <string.h>

#include "lesson/judging.h"

static uint32_t bit(size_t cell)
{
    return (uint32_t)1 << cell;
}

static size_t cells_left(const struct judging *j)
{
    size_t left = 0;
    for (size_t i = 0; i < j->q->cells.count; i++) {
        left += !(j->out->filled & bit(i));
    }
    return left;
}

static bool judge_cell(struct judging *j, size_t i, const struct question_line *cell,
                       struct span at)
{
    struct given_number given = {0};
    size_t said = j->out->said_count;
    if (!answer_read_number(j, cell->right, at, &given)) {
        return false;
    }
    if (judge_value(j, cell->right, &given)) {
        j->out->filled |= bit(i);
        return true;
    }
    j->out->filled &= ~bit(i);
    // What was said is about this cell.
    const char *why = j->out->said_count > said ? j->out->said[said] : NULL;
    j->out->said_count = said;
    if (why != NULL) {
        judge_say(j, "%s: %s", cell->left, why);
    } else {
        judge_say(j, "%s: %.*s is not right", cell->left, (int)(at.end - at.start),
                  j->text + at.start);
    }
    return false;
}

// The next of the numbers in a row, which commas or else blanks keep apart; false at the end.
static bool next_number(const struct judging *j, bool commas, size_t *from, struct span *at)
{
    size_t end = j->answer.end;
    while (!commas && *from < end && j->text[*from] == ' ') {
        (*from)++;
    }
    if (*from >= end) {
        return false;
    }
    at->start = *from;
    while (*from < end && j->text[*from] != (commas ? ',' : ' ')) {
        (*from)++;
    }
    *at = span_trim(j->text, (struct span){at->start, *from});
    (*from)++;
    return true;
}

static size_t count_row(const struct judging *j, bool commas)
{
    size_t count = 0;
    struct span at;
    for (size_t from = j->answer.start; next_number(j, commas, &from, &at);) {
        count++;
    }
    return count;
}

// A number for each cell that is left; or, anew, for every cell.
static void judge_row(struct judging *j, bool commas, bool anew)
{
    struct span at;
    size_t from = j->answer.start, i = 0;
    uint32_t before = j->out->filled;
    for (const struct question_line *cell = j->q->cells.first; cell != NULL;
         cell = cell->next, i++) {
        if ((anew || !(before & bit(i))) && next_number(j, commas, &from, &at)) {
            judge_cell(j, i, cell, at);
        }
        if (j->out->judged == JUDGED_MALFORMED) {
            break;  // one part is told of
        }
    }
    if (j->out->judged == JUDGED_MALFORMED) {
        j->out->filled = before;  // the line is taken whole or not at all
    }
}

// dL/da = 6
static void judge_equation(struct judging *j, struct span part)
{
    const char *equals = memchr(j->text + part.start, '=', part.end - part.start);
    if (equals == NULL) {
        judge_refuse(j, part, "a cell's name and '=' are missing here");
        return;
    }
    size_t at = (size_t)(equals - j->text), i = 0;
    struct span name = span_trim(j->text, (struct span){part.start, at});
    for (const struct question_line *cell = j->q->cells.first; cell != NULL;
         cell = cell->next, i++) {
        if (answer_is_name(j->text + name.start, name.end - name.start, cell->left)) {
            judge_cell(j, i, cell, span_trim(j->text, (struct span){at + 1, part.end}));
            return;
        }
    }
    char quoted[QUOTED];
    judge_refuse(j, name, "there is no cell '%s'",
                 diag_quote(quoted, j->text + name.start, name.end - name.start));
}

// The next part up to a comma that is in no brackets, as that of dL/dW[0, 1] is; false at the end.
static bool next_part(const struct judging *j, size_t *from, struct span *part)
{
    int open = 0;
    size_t start = *from, i = start;
    for (; i < j->answer.end && (open > 0 || j->text[i] != ','); i++) {
        open +=
            (j->text[i] == '[') + (j->text[i] == '(') - (j->text[i] == ']') - (j->text[i] == ')');
    }
    *part = span_trim(j->text, (struct span){start, i});
    *from = i + 1;
    return start < j->answer.end;
}

// dL/da = 6, dL/db = -4. False if the answer has no '='.
static bool judge_named(struct judging *j)
{
    uint32_t before = j->out->filled;
    struct span part;
    if (memchr(j->text + j->answer.start, '=', j->answer.end - j->answer.start) == NULL) {
        return false;
    }
    for (size_t from = j->answer.start; next_part(j, &from, &part);) {
        judge_equation(j, part);
    }
    if (j->out->judged == JUDGED_MALFORMED) {
        j->out->filled = before;
    }
    return true;
}

// Is there a sign between blanks, as in x + 1? Then blanks do not separate numbers.
static bool has_sign_apart(const struct judging *j)
{
    struct span at;
    for (size_t from = j->answer.start; next_number(j, false, &from, &at);) {
        if (at.end == at.start + 1 && strchr("+-*/^", j->text[at.start]) != NULL) {
            return true;
        }
    }
    return false;
}

void judge_fill(struct judging *j)
{
    size_t left = cells_left(j);
    j->out->judged = JUDGED_PARTLY;
    if (!judge_named(j)) {
        bool commas =
            memchr(j->text + j->answer.start, ',', j->answer.end - j->answer.start) != NULL;
        size_t count = count_row(j, commas);
        if (!commas && has_sign_apart(j)) {
            judge_refuse(j, j->answer, "blanks keep the numbers of cells apart");
            judge_hint(j, "write an expression without blanks, or commas between");
            return;
        }
        bool anew = count > left && count == j->q->cells.count;
        if (count > left && !anew) {
            judge_refuse(j, j->answer,
                         left == 1 ? "these are more numbers than cells: %zu is left"
                                   : "these are more numbers than cells: %zu are left",
                         left);
            judge_hint(j, "write an expression without blanks, or commas between");
            return;
        }
        judge_row(j, commas, anew);
    }
    if (j->out->judged == JUDGED_PARTLY && cells_left(j) == 0) {
        j->out->judged = JUDGED_RIGHT;
    }
}
