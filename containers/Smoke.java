import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Client of containers/smoke: two users on two replicas of chat, a request for the counters and one for the roster, and
 * the close of a connection by a replica that ends. Arguments: addresses of chat-a, chat-b, dashboard and presence as
 * host:port, then those of their management ports.
 */
class Smoke {

    static final HttpClient HTTP = HttpClient.newHttpClient();

    /** Receiver of the messages of one user. */
    static class Person implements WebSocket.Listener {

        final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        final StringBuilder part = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            part.append(text);
            if (last) {
                part.toString().lines().forEach(heard::add);
                part.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            heard.add("closed " + code);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            heard.add("closed by " + error);
        }

        String await(String... words) throws InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            for (String line = poll(deadline); ; line = poll(deadline)) {
                String now = line;
                if (java.util.Arrays.stream(words).allMatch(now::contains)) {
                    return line;
                }
            }
        }

        private String poll(long deadline) throws InterruptedException {
            String line = heard.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null) {
                throw new IllegalStateException("nothing more was heard");
            }
            return line;
        }
    }

    public static void main(String[] at) throws Exception {
        for (int service = 0; service < 4; service++) {
            awaitBody(at[4 + service], "/q/health/ready", "\"status\": \"UP\"");
            awaitBody(at[4 + service], "/q/metrics", "liveline_bus_live");
            for (String operation : new String[] {"/q/health/ready", "/q/metrics"}) {
                if (get(at[service], operation).statusCode() != 404) {
                    throw new IllegalStateException(operation + " is answered where clients come in");
                }
            }
        }
        System.out.println("all are ready, and say so at their management ports alone");
        Person ann = new Person();
        Person bob = new Person();
        WebSocket annAtA = connect(at[0], "ann", ann);
        WebSocket bobAtB = connect(at[1], "bob", bob);
        annAtA.sendText("{\"type\":\"post\",\"room\":\"lobby\",\"id\":\"1\",\"text\":\"hello from a\"}", true);
        bob.await("\"message\"", "hello from a");
        bobAtB.sendText("{\"type\":\"post\",\"room\":\"lobby\",\"id\":\"1\",\"text\":\"hello from b\"}", true);
        ann.await("\"message\"", "hello from b");
        System.out.println("messages cross from one replica of chat to the other, both ways");

        awaitBody(at[2], "/counters?names=chat.messages.lobby", "\"value\":2");
        System.out.println("the dashboard has counted them");
        awaitBody(at[3], "/rooms/lobby/presence", "\"ann\"", "\"bob\"");
        System.out.println("presence knows that both are there");
        if (!get(at[0], "/").body().contains("<html")) {
            throw new IllegalStateException("no page");
        }

        Files.createFile(Path.of("/tmp/liveline-smoke-" + ProcessHandle.current().pid()));
        String last = ann.await("closed");
        System.out.println("as chat-a ends, ann hears: " + last);
        // 1012, Service Restart: reconnect to another replica.
        if (!last.equals("closed 1012")) {
            throw new IllegalStateException("cut off instead of seen off");
        }
        System.exit(0);
    }

    private static WebSocket connect(String at, String name, Person person) throws Exception {
        WebSocket socket = HTTP.newWebSocketBuilder()
                .subprotocols("liveline.v1")
                .buildAsync(URI.create("ws://" + at + "/chat?name=" + name), person)
                .get(20, TimeUnit.SECONDS);
        socket.sendText("{\"type\":\"join\",\"room\":\"lobby\"}", true);
        person.await("\"joined\"");
        return socket;
    }

    private static void awaitBody(String at, String path, String... words) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        String last = "";
        while (System.nanoTime() < deadline) {
            try {
                HttpResponse<String> answer = get(at, path);
                last = answer.body();
                String now = last;
                if (java.util.Arrays.stream(words).allMatch(now::contains)) {
                    return;
                }
            } catch (java.io.IOException notYet) {
                last = notYet.toString();
            }
            Thread.sleep(200);
        }
        throw new IllegalStateException(at + path + ": " + last);
    }

    private static HttpResponse<String> get(String at, String path) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://" + at + path))
                        .timeout(Duration.ofSeconds(10))
                        .method("GET", BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }
}
