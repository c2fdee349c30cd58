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

/** REST resource to read and change counters. */
@Path("/counters")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.WILDCARD)
@NonBlocking
final class CountersResource {

    private static final String KEY = "Idempotency-Key";
    private static final int MAX_KNOWN = 512;
    private static final Pattern PRINTABLE = Pattern.compile("[\\x21-\\x7E]{1,128}");

    /** @param by amount to add, 1 or more */
    @RegisterForReflection
    record Increment(@JsonProperty(required = true) long by) {}

    /** @param increments amounts to add, by counter name */
    @RegisterForReflection
    record Increments(@JsonProperty(required = true) Map<String, Long> increments) {}

    /** @param value any 64-bit integer */
    @RegisterForReflection
    record Setting(@JsonProperty(required = true) long value) {}

    /** JSON form of a counter. */
    record CounterView(String name, long value, String version) {

        static CounterView of(Counter counter) {
            return new CounterView(
                    counter.name(), counter.value(), counter.version().toString());
        }
    }

    /** JSON form of several counters. */
    record CountersView(Map<String, VersionedValue> counters) {

        record VersionedValue(long value, String version) {}

        static CountersView of(List<Counter> counters) {
            Map<String, VersionedValue> all = new LinkedHashMap<>();
            counters.forEach(counter -> all.put(
                    counter.name(),
                    new VersionedValue(counter.value(), counter.version().toString())));
            return new CountersView(all);
        }
    }

    /** @param points pairs of time (milliseconds since 1970) and value, oldest first */
    record HistoryView(String name, List<long[]> points) {}

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
            throw ProblemException.bad("bad_tag", "If-None-Match must be the ETag of the last answer");
        }
        Permissions rights = Caller.of(context).rights();
        CounterSelection names =
                CounterSelection.parse(list, guest, replica.config.maxNames()).visibleTo(rights);
        Cursor seen = after == null ? CounterSnapshot.position(known) : CursorParameter.parse(after);
        return replica.snapshot(names, seen).map(snapshot -> answer(snapshot, known));
    }

    private static Response answer(CounterSnapshot snapshot, String known) {
        // Equal counters at equal versions have equal tags at every replica. Different views have different URLs.
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
    public Uni<CounterView> increment(
            @PathParam("name") String text, @HeaderParam(KEY) String key, byte[] body, RoutingContext context) {
        Increment increment = json.required(context, body, Increment.class);
        String name = requireWritable(text, context);
        return write(CounterWrite.Kind.ADD, requireKey(key), name, increment.by());
    }

    @PUT
    @Path("/{name}")
    public Uni<CounterView> set(
            @PathParam("name") String text, @HeaderParam(KEY) String key, byte[] body, RoutingContext context) {
        Setting setting = json.required(context, body, Setting.class);
        String name = requireWritable(text, context);
        // A generated key allows the bus to send the write again if the connection to the store breaks.
        String own = key == null ? UUID.randomUUID().toString() : requireKey(key);
        return write(CounterWrite.Kind.SET, own, name, setting.value());
    }

    @POST
    @Path("/increments")
    public Uni<CountersView> incrementAll(@HeaderParam(KEY) String key, byte[] body, RoutingContext context) {
        Increments batch = json.required(context, body, Increments.class);
        int most = replica.config.maxBatch();
        if (batch.increments().isEmpty() || batch.increments().size() > most) {
            throw ProblemException.bad("bad_increments", "increments must contain 1 to " + most + " counters");
        }
        SortedMap<String, Long> numbers = new TreeMap<>();
        batch.increments().forEach((text, by) -> numbers.put(requireWritable(text, context), by));
        return replica.write(new CounterWrite(CounterWrite.Kind.ADD, "*|" + requireKey(key), numbers))
                .map(CountersView::of);
    }

    @GET
    @Path("/{name}/history")
    public Uni<HistoryView> history(
            @PathParam("name") String text, @QueryParam("after") String after, RoutingContext context) {
        CounterName name = new CounterName(text);
        if (!CounterSelection.isVisible(Caller.of(context).rights(), text)) {
            throw DashboardReplica.unknown();
        }
        return replica.history(name, CursorParameter.parse(after))
                .map(points -> new HistoryView(
                        name.text(),
                        points.stream()
                                .map(point -> new long[] {point.atMillis(), point.value()})
                                .toList()));
    }

    private Uni<CounterView> write(CounterWrite.Kind kind, String key, String name, long number) {
        SortedMap<String, Long> numbers = new TreeMap<>(Map.of(name, number));
        // Keys are scoped to a counter. A name contains no |, so it ends at the first one.
        return replica.write(new CounterWrite(kind, name + '|' + key, numbers))
                .map(counters -> CounterView.of(counters.get(0)));
    }

    /** Returns the name of a counter after checking that the caller may change it. */
    private static String requireWritable(String text, RoutingContext context) {
        String name = CounterName.ofClient(text).text();
        Caller.of(context).rights().requireWrite(name);
        return name;
    }

    /** Returns a valid key. The store separates keys by spaces, so they contain none. */
    private static String requireKey(String key) {
        if (key == null) {
            throw ProblemException.bad("missing_key", "Send an Idempotency-Key header, a new one for each increment");
        }
        if (!PRINTABLE.matcher(key).matches()) {
            throw ProblemException.bad(
                    "bad_key", "An Idempotency-Key has 1 to 128 printable ASCII characters without spaces");
        }
        return key;
    }
}
