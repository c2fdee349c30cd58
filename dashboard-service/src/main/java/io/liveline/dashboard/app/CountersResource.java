package io.liveline.dashboard.app;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;

import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.liveline.bus.Cursor;
import io.liveline.dashboard.counter.Counter;
import io.liveline.dashboard.counter.CounterName;
import io.liveline.dashboard.counter.CounterSelection;
import io.liveline.dashboard.counter.CounterSnapshot;
import io.liveline.dashboard.counter.CounterWrite;
import io.liveline.dashboard.stream.EncodedEvent;
import io.liveline.edge.CursorParameter;
import io.liveline.edge.ProblemException;
import io.liveline.edge.auth.Caller;
import io.liveline.edge.auth.Permissions;
import io.liveline.edge.gate.StrictJsonReader;
import io.liveline.edge.http.HeaderList;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/** Reading and changing counters. */
@Path("/counters")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.WILDCARD)
@NonBlocking
final class CountersResource {

    private static final String KEY = "Idempotency-Key";
    private static final int MAX_KNOWN = 512;
    private static final Pattern PRINTABLE = Pattern.compile("[\\x21-\\x7E]{1,128}");

    /** @param by 1 or more */
    @RegisterForReflection
    record Increment(@JsonProperty(required = true) long by) {}

    /** @param increments what is added, by the counter's name */
    @RegisterForReflection
    record Increments(@JsonProperty(required = true) Map<String, Long> increments) {}

    /** @param value any 64-bit integer */
    @RegisterForReflection
    record Setting(@JsonProperty(required = true) long value) {}

    /** A counter as it is told. */
    record Told(String name, long value, String version) {

        static Told of(Counter counter) {
            return new Told(counter.name(), counter.value(), counter.version().toString());
        }
    }

    /** Some counters as they are told. */
    record ToldAll(Map<String, Valued> counters) {

        record Valued(long value, String version) {}

        static ToldAll of(List<Counter> counters) {
            Map<String, Valued> all = new LinkedHashMap<>();
            counters.forEach(counter -> all.put(
                    counter.name(),
                    new Valued(counter.value(), counter.version().toString())));
            return new ToldAll(all);
        }
    }

    /** @param points when (milliseconds since 1970) and what, oldest first */
    record ToldHistory(String name, List<long[]> points) {}

    private final DashboardReplica replica;
    private final StrictJsonReader json;

    CountersResource(DashboardReplica replica, StrictJsonReader json) {
        this.replica = replica;
        this.json = json;
    }

    @GET
    public Uni<Response> counters(
            @QueryParam("names") String list,
            @QueryParam("after") String after,
            @QueryParam("name") String guest,
            RoutingContext context) {
        String known = HeaderList.line(context.request().headers(), HttpHeaders.IF_NONE_MATCH);
        if (known != null && known.length() > MAX_KNOWN) {
            throw ProblemException.bad("bad_tag", "If-None-Match takes the ETag of the last answer");
        }
        Permissions rights = Caller.of(context).rights();
        CounterSelection names =
                CounterSelection.asked(list, guest, replica.config().maxNames()).to(rights);
        Cursor seen = after == null ? CounterSnapshot.position(known) : CursorParameter.parse(after);
        return replica.snapshot(names, seen).map(snapshot -> answer(snapshot, known));
    }

    private static Response answer(CounterSnapshot snapshot, String known) {
        // Equal counters at equal versions have equal tags, whichever replica answers; another view is another address.
        String tag = '"' + snapshot.tag() + '"';
        Response.ResponseBuilder answer;
        if (known != null && (known.contains(tag) || known.equals("*"))) {
            answer = Response.notModified();
        } else {
            StringBuilder json = new StringBuilder();
            EncodedEvent.json(json, snapshot.counters(), snapshot.cursor());
            answer = Response.ok(json.toString());
        }
        return answer.header("ETag", tag).header("Cache-Control", "no-cache").build();
    }

    @POST
    @Path("/{name}/increments")
    public Uni<Told> increment(
            @PathParam("name") String text, @HeaderParam(KEY) String key, byte[] body, RoutingContext context) {
        Increment increment = json.required(context, body, Increment.class);
        String name = writable(text, context);
        return write(CounterWrite.Kind.ADD, required(key), name, increment.by());
    }

    @PUT
    @Path("/{name}")
    public Uni<Told> set(
            @PathParam("name") String text, @HeaderParam(KEY) String key, byte[] body, RoutingContext context) {
        Setting setting = json.required(context, body, Setting.class);
        String name = writable(text, context);
        // With a key of its own it can be sent to the store again when the connection breaks.
        String own = key == null ? UUID.randomUUID().toString() : required(key);
        return write(CounterWrite.Kind.SET, own, name, setting.value());
    }

    @POST
    @Path("/increments")
    public Uni<ToldAll> incrementAll(@HeaderParam(KEY) String key, byte[] body, RoutingContext context) {
        Increments batch = json.required(context, body, Increments.class);
        int most = replica.config().maxBatch();
        if (batch.increments().isEmpty() || batch.increments().size() > most) {
            throw ProblemException.bad("bad_increments", "increments holds 1 to " + most + " counters");
        }
        SortedMap<String, Long> numbers = new TreeMap<>();
        batch.increments().forEach((text, by) -> numbers.put(writable(text, context), by));
        return replica.write(new CounterWrite(CounterWrite.Kind.ADD, "*|" + required(key), numbers))
                .map(ToldAll::of);
    }

    @GET
    @Path("/{name}/history")
    public Uni<ToldHistory> history(
            @PathParam("name") String text, @QueryParam("after") String after, RoutingContext context) {
        CounterName name = new CounterName(text);
        if (!CounterSelection.isFor(Caller.of(context).rights(), text)) {
            throw DashboardReplica.unknown();
        }
        return replica.history(name, CursorParameter.parse(after))
                .map(points -> new ToldHistory(
                        name.text(),
                        points.stream()
                                .map(point -> new long[] {point.atMillis(), point.value()})
                                .toList()));
    }

    private Uni<Told> write(CounterWrite.Kind kind, String key, String name, long number) {
        SortedMap<String, Long> numbers = new TreeMap<>(Map.of(name, number));
        // Keys are the client's own for each counter. The name holds no |, so it ends where the first one is.
        return replica.write(new CounterWrite(kind, name + '|' + key, numbers))
                .map(counters -> Told.of(counters.get(0)));
    }

    /** The name of a counter that the caller may change. */
    private static String writable(String text, RoutingContext context) {
        String name = CounterName.ofClient(text).text();
        Caller.of(context).rights().requireWrite(name);
        return name;
    }

    /** Keys stand between blanks in the store: they hold none. */
    private static String required(String key) {
        if (key == null) {
            throw ProblemException.bad("missing_key", "Send an Idempotency-Key header, a new one for each increment");
        }
        if (!PRINTABLE.matcher(key).matches()) {
            throw ProblemException.bad(
                    "bad_key", "An Idempotency-Key has 1 to 128 printable ASCII characters and no blanks");
        }
        return key;
    }
}
