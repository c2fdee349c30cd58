package io.liveline.bus.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.liveline.bus.Listener;
import org.jboss.logging.Logger;

/** Listeners of one topic in this process. Confined to the bus's event loop. */
public final class ListenerGroup {

    private static final Logger LOG = Logger.getLogger(ListenerGroup.class);

    // Copied on write, so that a listener may be added or removed during a delivery.
    private List<Listener> all = List.of();

    public void add(Listener listener) {
        List<Listener> more = new ArrayList<>(all);
        more.add(listener);
        all = more;
    }

    public void remove(Listener listener) {
        List<Listener> fewer = new ArrayList<>(all);
        fewer.remove(listener);
        all = fewer;
    }

    public boolean isEmpty() {
        return all.isEmpty();
    }

    /** Makes a call to every listener. */
    public void deliver(Consumer<Listener> call) {
        List<Listener> current = all;
        for (int i = 0; i < current.size(); i++) {
            deliver(current.get(i), call);
        }
    }

    /** Makes a call to one listener. An exception is logged, so that the other listeners are not affected. */
    public static void deliver(Listener listener, Consumer<Listener> call) {
        try {
            call.accept(listener);
        } catch (RuntimeException e) {
            LOG.errorf(e, "A listener failed: %s", listener);
        }
    }
}
