"""Runs Autobahn's cases of RFC 6455 on the address of chat. Python 2.7, as Autobahn.

The suite expects an echo server. The chat answers each message that is no frame of its protocol with one `error` frame, so
such an answer counts as the expected message, and `welcome` is ignored. The suite still checks the time and the order of
answers, their position among fragments, pings, close codes and UTF-8, but not the content of messages.
"""

import json
import os
import sys

from autobahntestsuite import fuzzing
from twisted.internet import reactor

# Expected verdicts other than OK, and their reasons. Any other case has to be OK.
EMPTY = "an empty message holds no frame, and gets no answer"
KNOWN = {"1.1.1": EMPTY, "6.1.1": EMPTY, "6.1.2": EMPTY}

original = fuzzing.FuzzingClientProtocol.onMessage


def next_expected(case):
    """Returns the next message of an echo server, or None if there is none."""
    for verdict in sorted(case.expected, key=lambda verdict: verdict != "OK"):
        events = case.expected[verdict]
        so_far = len(case.received)
        if events[:so_far] == case.received and len(events) > so_far and events[so_far][0] == "message":
            return events[so_far]
    return None


def on_message(protocol, message, binary):
    frame = json.loads(message)
    if frame["type"] in ("welcome", "heartbeat"):
        return
    expected = frame["type"] == "error" and next_expected(protocol.runCase)
    original(protocol, *(expected[1:] if expected else (message, binary)))


fuzzing.FuzzingClientProtocol.onMessage = on_message

reports = sys.argv[1]
# All chapters except those of speed, whose messages exceed the limit of chat, and of compression, which chat does not offer.
fuzzing.startClient({
    "outdir": reports,
    "servers": [{"agent": "liveline", "url": os.environ["LIVELINE_URL"].replace("http", "ws") + "/chat?name=autobahn"}],
    "cases": ["%d.*" % chapter for chapter in (1, 2, 3, 4, 5, 6, 7, 10)],
    "exclude-cases": [],
    "exclude-agent-cases": {},
})
reactor.run()

with open(os.path.join(reports, "index.json")) as index:
    verdicts = json.load(index)["liveline"]
good = ("OK", "INFORMATIONAL", "NON-STRICT")
counts, wrong = {}, []
for case in sorted(verdicts, key=lambda case: [int(part) for part in case.split(".")]):
    verdict = verdicts[case]["behavior"] + " / " + verdicts[case]["behaviorClose"]
    counts[verdict] = counts.get(verdict, 0) + 1
    fine = verdicts[case]["behavior"] in good and verdicts[case]["behaviorClose"] in good
    if not fine:
        print("%s: %s%s" % (case, verdict, ", known: " + KNOWN[case] if case in KNOWN else ""))
        wrong += [] if case in KNOWN else [case]
    elif case in KNOWN:
        print("%s: %s, though it is known to differ" % (case, verdict))
        wrong.append(case)
print("Autobahn: %d cases, behaviour / closing: %s" % (
    len(verdicts), ", ".join("%s %d" % item for item in sorted(counts.items()))))
sys.exit(1 if wrong else 0)
