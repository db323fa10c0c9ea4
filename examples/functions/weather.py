#!/usr/bin/env python3
# Tells the weather of a town: weather('Oslo')
# The value is a dict, as the service sends it. The address of the service stands in
# the file _weather.url beside this one.
# althing: timeout=15s
import json
import pathlib
import sys
import urllib.error
import urllib.parse
import urllib.request

[town] = json.load(sys.stdin)
service = pathlib.Path(__file__).with_name("_weather.url").read_text().strip()
question = service + "?" + urllib.parse.urlencode({"town": town})
try:
    with urllib.request.urlopen(question, timeout=10) as answer:
        weather = json.load(answer)
except urllib.error.HTTPError as error:
    sys.exit(f"the service knows no weather of {town} ({error.code})")
print(json.dumps(weather))
