"""How often a second CPython works expressions out: eval(text), and eval(code) of
what was compiled before.

    evaltime.py SECONDS < SOURCES    reads a line of statements that set the names,
                                     then expressions; prints two rates for each,
                                     measured that long
"""

import sys
import time


def rate(long, evaluate, what, names):
    done, batch = 0, 1
    begin = time.perf_counter()
    while True:
        for _ in range(batch):
            evaluate(what, names)
        done += batch
        took = time.perf_counter() - begin
        if took >= long:
            return done / took
        batch *= 2


def main():
    long = float(sys.argv[1])
    setup, *expressions = sys.stdin.read().splitlines()
    names = {}
    exec(setup, names)
    for text in expressions:
        code = compile(text, "", "eval")
        print(rate(long, eval, text, names), rate(long, eval, code, names))


if __name__ == "__main__":
    main()
