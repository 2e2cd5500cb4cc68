// backstep-print: a document from standard input, as PDF to standard output.
//
// It stands alone because Pango and cairo are too heavy for a prompt that should be there at once.
// What it reads are blocks, each a line with its kind, a number, a mark and how many bytes of text
// follow the line's end; a newline follows the text:
//
//   text 0 - 12\n
//   Hello, <b>x</b>\n
//
// The kinds are those of page.h, in small letters. Exit status: 0; 1 and a sentence on standard
// error where that is not a document or cannot be written.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "print/page.h"

enum { MEMORY_MOST = 1500 << 20, SECONDS_MOST = 60, TEXT_MOST = 64 << 20 };

static const char *const kinds[] = {
    [BLOCK_TITLE] = "title",     [BLOCK_HEADING] = "heading", [BLOCK_TEXT] = "text",
    [BLOCK_BULLET] = "bullet",   [BLOCK_QUOTE] = "quote",     [BLOCK_CODE] = "code",
    [BLOCK_TABLE] = "table",     [BLOCK_FIELDS] = "fields",   [BLOCK_LINES] = "lines",
    [BLOCK_PICTURE] = "picture", [BLOCK_BOX] = "box",         [BLOCK_END] = "end",
    [BLOCK_PAGE] = "page"};

static int fail(const char *why)
{
    fprintf(stderr, "%s\n", why);
    return 1;
}

static bool read_all(struct buf *all)
{
    enum { CHUNK = 1 << 16 };
    size_t n = 1;
    while (n > 0 && all->count <= TEXT_MOST && buf_reserve(all, all->count + CHUNK)) {
        n = fread(BUF_FROM(char, all, all->count), 1, CHUNK, stdin);
        all->count += n;
    }
    return n == 0 && !ferror(stdin);
}

// One block at *at, which moves after it.
static bool read_block(const struct buf *all, size_t *at, struct arena *arena, struct block *b)
{
    const char *s = BUF_FROM(char, all, *at);
    const char *newline = memchr(s, '\n', all->count - *at);
    char head[200], kind[20], mark[64];
    size_t length, n = newline == NULL ? sizeof head : (size_t)(newline - s);
    int level, used = 0;
    if (n >= sizeof head) {
        return false;
    }
    memcpy(head, s, n);
    head[n] = '\0';
    if (sscanf(head, "%19s %d %63s %zu%n", kind, &level, mark, &length, &used) != 4 ||
        head[used] != '\0' || length > all->count - *at - n - 1) {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (strcmp(kind, kinds[i]) == 0) {
            *b = (struct block){.kind = (enum block_kind)i,
                                .level = level < 0     ? 0
                                         : level > 100 ? 100
                                                       : level,
                                .mark = arena_copy(arena, mark, strlen(mark)),
                                .text = arena_copy(arena, newline + 1, length),
                                .length = length};
            *at += n + 1 + length + 1;
            return b->mark != NULL && b->text != NULL;
        }
    }
    return false;
}

static bool read_blocks(const struct buf *all, struct arena *arena, struct buf *blocks)
{
    for (size_t at = 0; at < all->count;) {
        struct block *b = buf_push(blocks, 1);
        if (b == NULL || !read_block(all, &at, arena, b)) {
            return false;
        }
    }
    return blocks->count > 0;
}

static void bound_all(void)
{
    const struct rlimit memory = {MEMORY_MOST, MEMORY_MOST}, seconds = {SECONDS_MOST, SECONDS_MOST};
#ifndef MEM_UNBOUNDED
    setrlimit(RLIMIT_AS, &memory);
#endif
    (void)memory;
    setrlimit(RLIMIT_CPU, &seconds);
}

int main(void)
{
    struct buf all, blocks;
    struct arena arena;
    const char *why = "this is no document";
    bound_all();
    buf_init(&all, 1);
    buf_init(&blocks, sizeof(struct block));
    arena_init(&arena);
    bool ok = read_all(&all) && read_blocks(&all, &arena, &blocks) &&
              page_write(blocks.data, blocks.count, &why);
    int status = ok ? 0 : fail(why);
    buf_release(&all);
    buf_release(&blocks);
    arena_release(&arena);
    return status;
}
