"""Runs the tests of a file, and counts them as tools/count wants it."""

import sys
import unittest


def main():
    result = unittest.main(module="__main__", exit=False).result
    failed = len(result.failures) + len(result.errors)
    print("%d passed, %d failed" % (result.testsRun - failed - len(result.skipped), failed))
    sys.exit(failed > 0)
