#!/usr/bin/env python3
"""What the program says in lessons, as it stands in the code: one phrase a line, in C's spelling.

Run in the root of the sources. With the name of a translation (src/core/base/phrases_de.def) it says
what is missing there, what nobody says any more, and what has other formats; exit status 1 if any.
"""
import glob
import re
import sys

STRING = r'"((?:[^"\\]|\\.)*)"'


def joined(source):
    """Comments taken out, adjacent strings made one."""
    source = re.sub(r'(?m)^\s*//.*$', '', source)
    return re.sub(r'"\s*\n?\s*"', '', source) if '"' in source else source


def arguments(source, function):
    """The text of each call's arguments."""
    for match in re.finditer(r'\b%s\(' % function, source):
        depth, at, quoted = 1, match.end(), False
        while depth > 0:
            c = source[at]
            if c == '\\':
                at += 1
            elif c == '"':
                quoted = not quoted
            elif not quoted:
                depth += (c == '(') - (c == ')')
            at += 1
        yield source[match.end():at - 1]


def literals(text):
    return [s for s in re.findall(STRING, text) if re.search(r'[A-Za-z]{2}', re.sub(r'%\.?\*?l*[a-z]', '', s))]


def phrases():
    found = []
    for path in sorted(glob.glob('src/core/lesson/*.c') + glob.glob('src/core/play/*.c') +
                       glob.glob('src/core/words/*.c') + glob.glob('src/host/check/handout*.c')):
        source = joined(open(path, encoding='utf-8').read())
        for function in ('judge_say', 'judge_refuse', 'judge_hint', 'phrase', 'say_in'):
            for text in arguments(source, function):
                found += literals(re.sub(r'\b(?:strcmp|rec_get_text)\([^()]*\)', '', text))
    kinds = joined(open('src/core/lesson/kinds.def', encoding='utf-8').read())
    found += [s[2] for s in re.findall(r'KIND\((\w+), %s, %s' % (STRING, STRING), kinds)]
    mistakes = joined(open('src/core/engine/mistakes.def', encoding='utf-8').read())
    found += [s[1] for s in re.findall(r'MISTAKE\(\w+, \w+, \w+,\s*%s,\s*%s' % (STRING, STRING), mistakes)]
    slips = joined(open('src/core/lesson/diagnose_formula.c', encoding='utf-8').read())
    found += re.findall(r'\[SLIP_\w+\] = %s' % STRING, slips)
    paper = joined(open('src/host/check/handout.c', encoding='utf-8').read())
    found += [s[1] for s in re.findall(r'\{%s, %s\}' % (STRING, STRING), paper)]
    words = joined(open('src/core/words/words_answers.c', encoding='utf-8').read())
    found += [s[1] for s in re.findall(r'\{%s, %s, INK_' % (STRING, STRING), words)]
    return sorted(set(found))


def formats(phrase):
    return re.findall(r'%[-+ 0#]*[0-9.*]*(?:hh|h|ll|l|z)?[a-zA-Z]', phrase.replace('%%', ''))


def main():
    said = phrases()
    if len(sys.argv) == 1:
        print('\n'.join(said))
        return 0
    table = dict(re.findall(r'PHRASE\(%s,\s*%s\)' % (STRING, STRING),
                            joined(open(sys.argv[1], encoding='utf-8').read())))
    trouble = ['is not translated: ' + p for p in said if p not in table]
    trouble += ['is said nowhere: ' + p for p in table if p not in said]
    trouble += ['has other formats: ' + p for p in table if formats(p) != formats(table[p])]
    print('\n'.join(trouble))
    return 1 if trouble else 0


if __name__ == '__main__':
    sys.exit(main())
