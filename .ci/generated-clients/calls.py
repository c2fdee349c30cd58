"""Calls every operation with the client that OpenAPI Generator makes for Python, and prints the operation's name."""

import os
import uuid

import openapi_client as api

client = api.ApiClient(api.Configuration(host=os.environ["LIVELINE_URL"], access_token=os.environ["LIVELINE_TOKEN"]))


def key():
    return str(uuid.uuid4())


def said(operation, as_expected=True):
    assert as_expected, operation
    print(operation)


chat = api.ChatApi(client)
message = chat.post_message("python", key(), api.Text(text="hello")).cursor
said("postMessage", message)
chat.edit_message("python", message, api.Text(text="hello again"))
said("editMessage", chat.read_messages("python", limit=10).messages[0].text == "hello again")
said("readMessages", not chat.read_messages("python", before=message, prefer="wait=1").more)
said("deleteMessage", chat.delete_message("python", message).message == message)

counters = api.CountersApi(client)
said("setCounter", counters.set_counter("python.a", api.Setting(value=7)).value == 7)
said("incrementCounter", counters.increment_counter("python.a", key(), api.Increment(by=3)).value == 10)
added = counters.increment_counters(key(), api.Increments(increments={"python.a": 1}))
said("incrementCounters", added.counters["python.a"].value == 11)
said("readCounters", len(counters.read_counters(names=["python.*"]).counters) == 1)
said("readHistory", counters.read_history("python.a").points)
stream = counters.stream_counters_without_preload_content(names=["python.*"], rate=1)
assert stream.status == 200, stream.status
while (line := stream.readline()) and not line.startswith(b"data:"):
    pass
said("streamCounters", b"python.a" in line)
stream.close()

presence = api.PresenceApi(client)
presence.heartbeat("python", tab="tab", heartbeat=api.Heartbeat(state="away"))
said("heartbeat")
presence.heartbeats(api.Heartbeats(rooms=["python", "python-2"], state="active"), tab="tab")
said("heartbeats")
presence.start_typing("python")
said("startTyping")
said("readPresence", presence.read_presence("python").online[0].user == "u-1")
presence.stop_typing("python")
said("stopTyping")
presence.leave("python", tab="tab")
said("leave")
