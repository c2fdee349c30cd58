package io.liveline.chat.protocol;

import java.time.Duration;
import java.util.List;

import io.liveline.bus.BusState;
import io.liveline.bus.Cursor;
import io.liveline.bus.Gap;
import io.liveline.bus.support.UnicodeText;
import io.liveline.chat.ChatConfig;
import io.liveline.edge.ProblemException;
import io.liveline.edge.ProblemResponses;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** Encoder of the frames from the server, except the messages themselves. */
public final class ServerFrames {

    public static final String HEARTBEAT = frame("heartbeat").encode();
    private static final String DEGRADED = frame("degraded").encode();
    private static final String RESTORED = frame("restored").encode();

    private ServerFrames() {}

    public static String welcome(String session, Person person, ChatConfig config) {
        return frame("welcome")
                .put("session", session)
                .put("user", person.user())
                .put("name", person.name())
                .put("heartbeat_ms", config.heartbeat().toMillis())
                .put(
                        "limits",
                        new JsonObject()
                                .put("text_bytes", config.textBytes())
                                .put("data_bytes", config.dataBytes())
                                .put("rooms", config.roomsPerConnection())
                                .put("frame_bytes", config.frameBytes())
                                .put("frames", config.framesPerMessage()))
                .encode();
    }

    /**
     * Returns a {@code joined} frame.
     *
     * @param members members as JSON, which is shared by many joins
     */
    public static String joined(RoomName room, Cursor cursor, boolean recovered, String members) {
        return "{\"type\":\"joined\",\"room\":\"" + room + "\",\"cursor\":\"" + cursor + "\",\"recovered\":" + recovered
                + ",\"members\":" + members + "}";
    }

    /**
     * Returns the first frame of an SSE stream. It includes the heartbeat interval, because a stream has no {@code
     * welcome} frame.
     */
    public static String joined(RoomName room, Cursor cursor, boolean recovered, String members, Duration heartbeat) {
        String joined = joined(room, cursor, recovered, members);
        return joined.substring(0, joined.length() - 1) + ",\"heartbeat_ms\":" + heartbeat.toMillis() + "}";
    }

    public static String members(RoomName room, List<Person> joined, List<String> left) {
        return frame("members")
                .put("room", room.text())
                .put("joined", people(joined))
                .put("left", new JsonArray(left))
                .encode();
    }

    public static JsonArray people(List<Person> people) {
        JsonArray all = new JsonArray();
        people.forEach(person -> all.add(person(person)));
        return all;
    }

    public static JsonObject person(Person person) {
        return new JsonObject().put("user", person.user()).put("name", person.name());
    }

    public static String posted(ClientFrame.Post post, Cursor cursor) {
        return frame("posted")
                .put("room", post.room().text())
                .put("id", post.id())
                .put("cursor", cursor.toString())
                .encode();
    }

    /** Returns the answer to an edit or a delete with an id. */
    public static String changed(ClientFrame change, Cursor message, Cursor cursor) {
        return frame("changed")
                .put("room", change.room().text())
                .put("id", change.id())
                .put("message", message.toString())
                .put("cursor", cursor.toString())
                .encode();
    }

    public static String gap(RoomName room, Gap gap) {
        return frame("gap")
                .put("room", room.text())
                .put("after", gap.after().toString())
                .put("cursor", gap.resume().toString())
                .encode();
    }

    public static String state(BusState state) {
        return state == BusState.LIVE ? RESTORED : DEGRADED;
    }

    /**
     * Returns a {@code reconnect} frame.
     *
     * @param afterMillis time after which the client reconnects; each client gets its own, so that they do not
     *     reconnect all at once
     */
    public static String reconnect(long afterMillis) {
        return frame("reconnect").put("after_ms", afterMillis).encode();
    }

    /** Returns an {@code error} frame, and counts the problem. */
    public static String error(ProblemException problem, String room, String id) {
        ProblemResponses.count(problem);
        JsonObject frame = frame("error").put("code", problem.code()).put("detail", problem.getMessage());
        // Fields of the client are echoed only as far as the client can use them to find its frame.
        if (isEchoed(room, RoomName.MAX_LENGTH)) {
            frame.put("room", room);
        }
        if (isEchoed(id, ClientFrame.Post.MAX_ID)) {
            frame.put("id", id);
        }
        problem.retryAfter().ifPresent(after -> frame.put("retry_after_ms", after.toMillis()));
        return frame.encode();
    }

    private static boolean isEchoed(String text, int maxLength) {
        return text != null && UnicodeText.length(text) <= maxLength && UnicodeText.isWellFormed(text);
    }

    /** Returns an {@code error} frame for a rejected change, which is identified by its message and its id. */
    public static String rejected(ProblemException problem, ClientFrame change, Cursor message) {
        return new JsonObject(error(problem, change.room().text(), change.id()))
                .put("message", message.toString())
                .encode();
    }

    private static JsonObject frame(String type) {
        return new JsonObject().put("type", type);
    }
}
