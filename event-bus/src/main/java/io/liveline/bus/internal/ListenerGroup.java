package io.liveline.bus.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.liveline.bus.Listener;
import org.jboss.logging.Logger;

/** All who listen to one topic in this process. Confined to the bus's event loop. */
public final class ListenerGroup {

    private static final Logger LOG = Logger.getLogger(ListenerGroup.class);

    // Replaced, never changed, so that a listener may come or go while an event is being told.
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

    int size() {
        return all.size();
    }

    public void tell(Consumer<Listener> what) {
        List<Listener> now = all;
        for (int i = 0; i < now.size(); i++) {
            tell(now.get(i), what);
        }
    }

    /** A listener's fault is its own: it must not take events from the others. */
    public static void tell(Listener listener, Consumer<Listener> what) {
        try {
            what.accept(listener);
        } catch (RuntimeException e) {
            LOG.errorf(e, "A listener failed: %s", listener);
        }
    }
}
