package io.liveline.chat;

import java.util.List;

import io.liveline.testing.ChatClient;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of edits and deletions over WebSockets. */
@QuarkusTest
class MessageChangeTest extends ChatFixture {

    private static JsonObject change(String type, String room, String message, String text) {
        JsonObject frame = new JsonObject().put("type", type).put("room", room).put("message", message);
        return text == null ? frame : frame.put("text", text);
    }

    @Test
    void anEditIsDeliveredToAllMembersAndHistoryHasTheCurrentText() {
        try (ChatClient ann = ann();
                ChatClient bob = ChatClient.connect(base, "bob").join(room, null)) {
            ann.post(room, "1", "helo");
            ann.post(room, "2", "world");
            String message = ann.await("posted").getString("cursor");
            ann.send(change("edit", room, message, "hello"));
            JsonObject edited = bob.await("edited");
            assertThat(edited.getString("text")).isEqualTo("hello");
            assertThat(edited.getString("message")).isEqualTo(message);
            assertThat(edited.getString("author")).isEqualTo("ann");
            JsonObject page = history("");
            assertThat(texts(page)).isEqualTo(List.of("hello", "world"));
            assertThat(page.getJsonArray("messages").getJsonObject(0).getBoolean("edited"))
                    .isTrue();
            assertThat(page.getJsonArray("messages").getJsonObject(1).getBoolean("edited"))
                    .isNull();
            // The page covers the edit as well: a client that continues from here does not get it again.
            assertThat(page.getString("cursor")).isEqualTo(edited.getString("cursor"));
        }
    }

    @Test
    void aDeletedMessageHasNoTextInHistoryAndStaysDeleted() {
        try (ChatClient ann = ann()) {
            ann.post(room, "1", "secret");
            String message = ann.await("posted").getString("cursor");
            ann.send(change("delete", room, message, null));
            ann.await("deleted");
            ann.send(change("edit", room, message, "back"));
            assertThat(ann.await("error").getString("code")).isEqualTo("deleted");
            assertThat(ann.await("error").getString("message")).isEqualTo(message);
            assertThat(HttpTestClient.get(base, "/rooms/" + room + "/messages").body())
                    .doesNotContain("secret");
            JsonObject deleted = history("").getJsonArray("messages").getJsonObject(0);
            assertThat(deleted.getString("text")).isEmpty();
            assertThat(deleted.getBoolean("deleted")).isTrue();
            assertThat(ann.all("edited")).isEmpty();
        }
    }

    @Test
    void onlyItsAuthorMayChangeAMessage() {
        try (ChatClient ann = ann();
                ChatClient bob = ChatClient.connect(base, "bob").join(room, null)) {
            ann.post(room, "1", "mine");
            String message = ann.await("posted").getString("cursor");
            bob.send(change("edit", room, message, "yours"));
            ChatClient.until(() -> bob.all("error").size() == 1);
            bob.send(change("delete", room, message, null));
            ChatClient.until(() -> bob.all("error").size() == 2);
            assertThat(bob.all("error").get(0).getString("code")).isEqualTo("forbidden");
            assertThat(bob.all("error").get(1).getString("code")).isEqualTo("forbidden");
            assertThat(texts(history(""))).isEqualTo(List.of("mine"));
            assertThat(ann.all("edited")).isEmpty();
            assertThat(ann.all("deleted")).isEmpty();
        }
    }

    @Test
    void theErrorOfAnInvalidChangeNamesTheIdOfTheChange() {
        try (ChatClient ann = ann()) {
            ann.post(room, "1", "mine");
            String message = ann.await("posted").getString("cursor");
            ann.send(change("edit", room, message, "").put("id", "my-edit"));
            assertThat(ann.await("error"))
                    .isEqualTo(new JsonObject()
                            .put("type", "error")
                            .put("code", "bad_text")
                            .put("detail", "The text of a message must not be empty")
                            .put("room", room)
                            .put("id", "my-edit"));
            ann.send(change("delete", room, "nonsense", null).put("id", "my-deletion"));
            JsonObject error = ann.awaitFrame("error", frame -> "my-deletion".equals(frame.getString("id")));
            assertThat(error.getString("code")).isEqualTo("bad_cursor");
            ann.send(change("delete", room, message, null).put("id", "not\u00e4scii"));
            ann.awaitFrame("error", frame -> "bad_id".equals(frame.getString("code")));
            ann.send(change("edit", room, "0ther-1", "x").put("id", "of-nothing"));
            ann.awaitFrame("error", frame -> "of-nothing".equals(frame.getString("id")));
            ann.send(change("delete", "another", message, null).put("id", "not-joined"));
            ann.awaitFrame("error", frame -> "not-joined".equals(frame.getString("id")));
        }
    }

    @Test
    void aChangeWithAnIdIsMadeOnceAndAnsweredEachTime() {
        try (ChatClient ann = ann()) {
            ann.post(room, "1", "one");
            String message = ann.await("posted").getString("cursor");
            JsonObject edit = change("edit", room, message, "two").put("id", "my-edit");
            ann.send(edit);
            JsonObject changed = ann.await("changed");
            assertThat(changed)
                    .isEqualTo(new JsonObject()
                            .put("type", "changed")
                            .put("room", room)
                            .put("id", "my-edit")
                            .put("message", message)
                            .put("cursor", ann.await("edited").getString("cursor")));
            assertThat(ann.await("edited").getString("id")).isEqualTo("my-edit");
            ann.send(change("edit", room, message, "three").put("id", "my-next-edit"));
            ann.awaitFrame("changed", frame -> "my-next-edit".equals(frame.getString("id")));

            ann.send(edit);

            ChatClient.until(() -> ann.all("changed").size() == 3);
            assertThat(ann.all("changed").get(2)).isEqualTo(changed);
            assertThat(texts(history(""))).isEqualTo(List.of("three"));
            assertThat(ann.all("edited")).hasSize(2);
        }
    }

    @Test
    void onlyMessagesCanBeChanged() {
        try (ChatClient ann = ann()) {
            ann.post(room, "1", "text");
            String message = ann.await("posted").getString("cursor");
            ann.send(change("edit", room, message, "new"));
            String edited = ann.await("edited").getString("cursor");
            String epoch = message.substring(0, message.indexOf('-'));
            for (String other : List.of(edited, epoch + "-0", epoch + "-99", "0ther-1")) {
                int before = ann.all("error").size();
                ann.send(change("edit", room, other, "x"));
                ChatClient.until(() -> ann.all("error").size() > before);
                assertThat(ann.all("error").get(before).getString("code"))
                        .as(other)
                        .isEqualTo("unknown_message");
            }
            ann.send(change("edit", room, message, ""));
            ann.awaitFrame("error", error -> "bad_text".equals(error.getString("code")));
            ann.send(change("edit", room, message, "x".repeat(16385)));
            ann.awaitFrame("error", error -> "too_long".equals(error.getString("code")));
            assertThat(texts(history(""))).isEqualTo(List.of("new"));
        }
    }

    @Test
    void aResumingClientGetsEditsAsEventsAndAPageBackwardsHasMessagesOnly() {
        try (ChatClient ann = ann()) {
            for (int i = 1; i <= 4; i++) {
                ann.post(room, "" + i, "m" + i);
            }
            ann.awaitText("m4");
            List<JsonObject> messages = ann.all("message");
            for (int i = 0; i < 6; i++) {
                ann.send(change("edit", room, messages.get(0).getString("cursor"), "e" + i));
            }
            ann.awaitFrame("edited", edited -> "e5".equals(edited.getString("text")));

            JsonObject resumed = history("?after=" + messages.get(2).getString("cursor"));
            assertThat(texts(resumed)).isEqualTo(List.of("m4", "e0", "e1", "e2", "e3", "e4", "e5"));

            JsonObject newest = history("?limit=2");
            assertThat(texts(newest)).isEqualTo(List.of("m3", "m4"));
            assertThat(newest.getBoolean("more")).isTrue();
            JsonObject older = history("?limit=2&before="
                    + newest.getJsonArray("messages").getJsonObject(0).getString("cursor"));
            assertThat(texts(older)).isEqualTo(List.of("e5", "m2"));
            assertThat(older.getBoolean("more")).isFalse();
        }
    }
}
