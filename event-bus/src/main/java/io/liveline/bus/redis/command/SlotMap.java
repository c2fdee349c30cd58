package io.liveline.bus.redis.command;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import io.vertx.redis.client.Response;

/**
 * Map of a cluster's slots to the nodes that own them. A standalone server owns all slots.
 *
 * @param bySlot node that owns each slot, or null
 */
public record SlotMap(List<String> bySlot) {

    static final int SLOTS = 16384;

    // The numbers below this one cover every slot many times over.
    private static final int TAGS = 1 << 19;

    public static SlotMap of(IntFunction<String> owners) {
        return new SlotMap(IntStream.range(0, SLOTS).mapToObj(owners).toList());
    }

    /**
     * Parses the answer to {@code CLUSTER SLOTS}: ranges of slots, each with its master first.
     *
     * @param queried host that was queried; a node that does not know its own name leaves it out
     */
    public static SlotMap parse(Response ranges, String queried) {
        String[] owners = new String[SLOTS];
        Map<String, String> names = new HashMap<>();
        for (Response range : ranges) {
            Response master = range.get(2);
            String host = Objects.toString(master.get(0), "");
            String name = bracketed(host.isEmpty() ? queried : host)
                    + ':'
                    + master.get(1).toInteger();
            Arrays.fill(
                    owners,
                    range.get(0).toInteger(),
                    range.get(1).toInteger() + 1,
                    names.computeIfAbsent(name, same -> same));
        }
        return new SlotMap(Arrays.asList(owners));
    }

    /** Puts an IPv6 address into brackets, as in a URL. */
    private static String bracketed(String host) {
        return host.contains(":") && !host.startsWith("[") ? '[' + host + ']' : host;
    }

    public static int slot(String key) {
        return VertxInternals.slot(key);
    }

    /** Returns the node that owns the slot, or null if there is none. */
    public String owner(int slot) {
        return bySlot.get(slot);
    }

    public Set<String> owners() {
        Set<String> all = new LinkedHashSet<>(bySlot);
        all.remove(null);
        return all;
    }

    /** Returns a hash tag whose slot this node owns. */
    public String tagOf(String node) {
        for (int number = 0; number < TAGS; number++) {
            String tag = String.valueOf(number);
            if (node.equals(owner(slot(tag)))) {
                return tag;
            }
        }
        throw new IllegalArgumentException(node + " owns no slot");
    }
}
