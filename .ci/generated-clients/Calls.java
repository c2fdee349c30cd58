import java.io.BufferedReader;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import okhttp3.Response;
import org.openapitools.client.ApiClient;
import org.openapitools.client.api.ChatApi;
import org.openapitools.client.api.CountersApi;
import org.openapitools.client.api.PresenceApi;
import org.openapitools.client.model.Heartbeat;
import org.openapitools.client.model.Heartbeats;
import org.openapitools.client.model.Increment;
import org.openapitools.client.model.Increments;
import org.openapitools.client.model.Setting;
import org.openapitools.client.model.State;
import org.openapitools.client.model.Text;

/** Calls every operation with the client that OpenAPI Generator makes for Java, and prints the operation's name. */
final class Calls {

    public static void main(String[] args) throws Exception {
        ApiClient client = new ApiClient();
        client.setBasePath(System.getenv("LIVELINE_URL"));
        client.setBearerToken(System.getenv("LIVELINE_TOKEN"));

        ChatApi chat = new ChatApi(client);
        String message = chat.postMessage("java", key(), new Text().text("hello")).getCursor();
        said("postMessage", message != null);
        chat.editMessage("java", message, new Text().text("hello again"));
        said("editMessage", chat.readMessages("java", null, null, 10, null, null)
                .getMessages().get(0).getText().equals("hello again"));
        said("readMessages", !chat.readMessages("java", null, message, null, "wait=1", null).getMore());
        said("deleteMessage", chat.deleteMessage("java", message).getMessage().equals(message));

        CountersApi counters = new CountersApi(client);
        said("setCounter", counters.setCounter("java.a", new Setting().value(7L), null).getValue() == 7);
        said("incrementCounter", counters.incrementCounter("java.a", key(), new Increment().by(3L)).getValue() == 10);
        said("incrementCounters", counters.incrementCounters(key(), new Increments().increments(Map.of("java.a", 1L)))
                .getCounters().get("java.a").getValue() == 11);
        said("readCounters", counters.readCounters(List.of("java.*"), null, null).getCounters().size() == 1);
        said("readHistory", !counters.readHistory("java.a", null).getPoints().isEmpty());
        try (Response stream = counters.streamCountersCall(List.of("java.*"), 1, null, null, null).execute();
                BufferedReader lines = new BufferedReader(stream.body().charStream())) {
            said("streamCounters", lines.lines().anyMatch(line -> line.startsWith("data:") && line.contains("java.a")));
        }

        PresenceApi presence = new PresenceApi(client);
        presence.heartbeat("java", "tab", new Heartbeat().state(State.AWAY));
        said("heartbeat", true);
        presence.heartbeats(new Heartbeats().rooms(List.of("java", "java-2")).state(State.ACTIVE), "tab");
        said("heartbeats", true);
        presence.startTyping("java");
        said("startTyping", true);
        said("readPresence", presence.readPresence("java", null, null).getOnline().get(0).getUser().equals("u-1"));
        presence.stopTyping("java");
        said("stopTyping", true);
        presence.leave("java", "tab");
        said("leave", true);
        System.exit(0);
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }

    private static void said(String operation, boolean asExpected) {
        if (!asExpected) {
            throw new AssertionError(operation);
        }
        System.out.println(operation);
    }
}
