#!/usr/bin/env python3
# Writes a line, with the time, into a log file: note('the pump was oiled')
# The value is the number of the line. The file is notes.txt in the folder that the
# function runs in.
# althing: timeout=5s
import datetime
import fcntl
import json
import sys

[text] = json.load(sys.stdin)
time = datetime.datetime.now().isoformat(" ", "seconds")
with open("notes.txt", "a+", encoding="utf-8") as file:
    fcntl.flock(file, fcntl.LOCK_EX)  # calls run side by side
    file.seek(0)
    number = sum(1 for _ in file) + 1
    print(time, str(text).replace("\n", " "), file=file)
print(number)
